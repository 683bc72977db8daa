"""Writing the entries of a transaction at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from engine.audit import chain
from engine.audit.cases import Secrets, drafts_of_cases
from engine.audit.changes import unwatched, watch, watched
from engine.audit.entries import Draft
from engine.audit.rules import Gathered, drafts_of
from engine.clock import Clock
from engine.forms import load_form
from engine.queries import forms_of
from engine.store.tenancy import Scope, acting, scope_of


def record(session: Session, draft: Draft) -> None:
    """Put an entry beside those of what the session changes: for what is no change. It is written when the session is committed,
    and by nobody where the session's engine keeps no audit trail."""
    found = watched(session)
    if found is not None:
        found.drafts.append(draft)


class Recorder:
    """The audit trail of an engine. ``keeps`` is false where nothing that is done counts, as in a rehearsal."""

    def __init__(self, clock: Clock, keeps: bool = True) -> None:
        self._clock, self._keeps = clock, keeps
        self._secrets = Secrets(forms_of, lambda form: load_form(form).confidential())
        self._held: list[Draft] | None = None

    def begin(self, session: Session) -> None:
        """Note from now on what a session changes."""
        if self._keeps:
            watch(session)

    def finish(self, session: Session) -> None:
        """Write the entries of what a session has changed. The caller commits at once."""
        found = watched(session)
        if found is None:
            return
        session.flush()
        scope, now = scope_of(session), self._clock.now()
        with acting(session, Scope.all_authorities()), session.no_autoflush:
            gathered = Gathered(session, found.changes, self._secrets, scope.authority)
            drafts = [*drafts_of_cases(gathered), *drafts_of(gathered), *found.drafts]
        placed = [each.placed(scope.username, now) for each in drafts]
        if self._held is not None:
            self._held += placed
        elif placed:
            with unwatched(session):
                chain.write(session, placed)

    @contextmanager
    def held(self) -> Iterator[list[Draft]]:
        """Hold entries back for as long as this lasts, and give them: for a database that is nothing until it is whole."""
        held: list[Draft] = []
        self._held = held
        try:
            yield held
        finally:
            self._held = None
