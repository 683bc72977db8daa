"""Where live cases stand, token by token: what their rows keep for the diagram of a case, read for many cases at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from engine.errors import DefinitionNotFound
from engine.queries.common import AnySelect, Elements
from engine.store.database import dumps
from engine.store.tables import ACTIVE, ProcessDefinition, ProcessInstance

#: Cases whose rows are in memory at a time.
AT_ONCE = 1_000
_SPOT = re.compile(r"([^:]+):(\d{1,9}):([^:]+)")


@dataclass(frozen=True)
class Spot:
    """An element on the diagram of a version of a process; in an address, these three with colons between."""

    process: str
    version: int
    element: str

    @classmethod
    def read(cls, text: str) -> Spot | None:
        """From an address; None where it says none."""
        found = _SPOT.fullmatch(text)
        return cls(found[1], int(found[2]), found[3]) if found else None

    def __str__(self) -> str:
        return f"{self.process}:{self.version}:{self.element}"


def standing(session: Session, definition_id: int) -> Iterator[tuple[int, list[Sequence[Any]]]]:
    """The live cases that have tokens on the diagram of a version, each with these: [definition, element, flow by which it
    came, token, since when].

    They are cases of the version, or of whatever calls it. Two statements, however many cases; each row is read.
    """
    running = [definition_id, *callers(session, definition_id)]
    chosen = select(ProcessInstance.id, ProcessInstance.active)
    chosen = chosen.where(ProcessInstance.definition_id.in_(running), ProcessInstance.status == ACTIVE)
    for case, active in session.execute(chosen.execution_options(yield_per=AT_ONCE)):
        here = [at for at in active if at[0] == definition_id]
        if here:
            yield case, here


def callers(session: Session, definition_id: int) -> list[int]:
    """The versions of processes in which this version may be called, at any depth."""
    rows = session.execute(select(ProcessDefinition.id, ProcessDefinition.called))
    return [each for each, called in rows if definition_id in (called or {}).values()]


def standing_at(session: Session, spot: Spot) -> ColumnElement[bool]:
    """Which cases have a token on this element."""
    wanted = ProcessDefinition.key == spot.process, ProcessDefinition.version == spot.version
    found = session.scalars(select(ProcessDefinition.id).where(*wanted)).all()
    every = (case for each in found for case in standing(session, each))
    ids = [case for case, here in every if any(at[1] == spot.element for at in here)]
    return ProcessInstance.id.in_(_rows(session, ids))


def spot_said(session: Session, spot: Spot) -> str:
    """The element and its process in words. Raises DefinitionNotFound."""
    every = select(ProcessDefinition.id).where(ProcessDefinition.key == spot.process)
    found = session.scalar(every.where(ProcessDefinition.version == spot.version))
    if found is None:
        raise DefinitionNotFound(key=spot.process)
    elements = Elements(session, [found])
    return f"{elements.info(found, spot.element).name} ({elements.process(found)[1]}, version {spot.version})"


def _rows(session: Session, ids: list[int]) -> AnySelect:
    """These ids as rows of one parameter: there may be more of them than a statement may have parameters."""
    if session.get_bind().dialect.name == "postgresql":
        return select(func.unnest(cast(ids, ARRAY(BigInteger))))
    return select(func.json_each(dumps(ids)).table_valued("value").c.value)
