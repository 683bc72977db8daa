"""Tables whose rows are added and never changed: the ORM refuses it here, the database by triggers (the migrations make them).

One change there is: what an entry of a case said goes with the case (engine/audit/erasing.py), which the triggers let pass."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from engine.errors import EntryKept

#: The execution option of the one statement that empties entries.
ERASES = "erases_entries"


class AppendOnly:
    """Mixin for such a table."""


def _check_flush(session: Session, *_: Any) -> None:
    """Raises EntryKept where a row that was loaded has been changed or deleted."""
    for each in (*session.dirty, *session.deleted):
        if isinstance(each, AppendOnly):
            raise EntryKept()


def _check_statement(state: ORMExecuteState) -> None:
    """Raises EntryKept for an UPDATE or DELETE of such a table."""
    if not (state.is_update or state.is_delete) or state.bind_mapper is None:
        return
    if state.is_update and state.execution_options.get(ERASES):
        return
    if issubclass(state.bind_mapper.class_, AppendOnly):
        raise EntryKept()


event.listen(Session, "before_flush", _check_flush)
event.listen(Session, "do_orm_execute", _check_statement)
