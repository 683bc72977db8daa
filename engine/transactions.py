"""What every command of the engine stands on: the database, the clock, and one transaction a command.

This is the only module of the engine that commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine import settings
from engine.audit import Recorder, chain
from engine.calendar.files import Calendars
from engine.calendar.terms import SchoolCalendar
from engine.cases import failing, stepping, unstarted
from engine.cases.stepping import StepBroken, World
from engine.clock import Clock, OffsetClock, SystemClock
from engine.deployments.registry import Registry
from engine.errors import AnswerKept, InstanceBusy, StartKept, TimerImpossible
from engine.feel import Feel
from engine.jobs import queue
from engine.people.deployed import Authorities
from engine.people.directory import Directory, nobody
from engine.settings import Config, StoredOffset
from engine.store.database import Database, Opened
from engine.store.tenancy import Scope, set_scope, unconfined
from engine.store.today import set_clock

#: How many entries of the audit trail are written at a time where they were held back.
ENTRIES_AT_ONCE = 500
CalendarOf = Callable[[str, str | None], SchoolCalendar]


class Transactions:
    """The database and what a step may ask of the world, and how they are read and written."""

    def __init__(
        self,
        database: Database,
        clock: Clock | None = None,
        calendar: SchoolCalendar | CalendarOf | None = None,
        feel: Feel | None = None,
        config: Config | None = None,
        directory: Directory = nobody,
        audited: bool = True,
    ) -> None:
        self.database = Opened(database)
        given = config or Config()
        #: The authorities, as their files and what they have deployed since say.
        folder = calendar if isinstance(calendar, Calendars) else None
        self.authorities = Authorities(given.authorities, self.database, given.folder, folder)
        config = replace(given, authorities=self.authorities)
        self.offset = StoredOffset(self._read_offset)
        clock = clock or (OffsetClock(self.offset) if config.sample else SystemClock())
        self.world = World(clock, _calendars(calendar), feel or Feel.shared(), Registry(), config, directory)
        self.audit = Recorder(clock, audited)
        self._wakers: list[Callable[[], None]] = []

    @contextmanager
    def writing(self, scope: Scope, *, wakes: bool = True) -> Iterator[Session]:
        """One transaction, committed at its end unless something was raised. What it changed is in the audit trail then."""
        self.authorities.refresh()
        with self.database.writing() as session:
            set_scope(session, scope)
            set_clock(session, self.world.clock)
            self.audit.begin(session)
            try:
                yield session
                self.audit.finish(session)
                session.commit()
            except StaleDataError:
                raise InstanceBusy() from None
        if wakes:
            for waker in self._wakers:
                waker()

    @contextmanager
    def step(self, scope: Scope) -> Iterator[Session]:
        """A transaction with a step in it: a step that fails leaves an incident for a manager, then its error is
        raised; AnswerKept when the incident keeps what a person had answered, StartKept when it was a case's first step.
        An answer that gives no time to wait is for that person to correct: TimerImpossible is raised, and no manager is
        asked."""
        try:
            with self.writing(scope) as session:
                yield session
        except StepBroken as broken:
            if _is_correctable(broken):
                raise broken.cause from None
            self._report(broken, scope)
            if broken.start is not None:
                raise StartKept(reason=queue.in_words(broken.cause).rstrip(".")) from broken.cause
            if broken.answer is not None:
                raise AnswerKept(reason=queue.in_words(broken.cause).rstrip(".")) from broken.cause
            raise broken.cause from None

    def _report(self, broken: StepBroken, scope: Scope) -> None:
        if broken.start is not None:
            with self.writing(scope, wakes=False) as session, unconfined(session):
                unstarted.keep(session, self.world, broken, broken.start)
        if broken.instance_id is None:
            return
        with self.writing(scope, wakes=False) as session, unconfined(session):
            instance = stepping.lock(session, broken.instance_id)
            now, answer = self.world.clock.now(), asdict(broken.answer) if broken.answer else None
            failure = queue.Failure(broken.element, broken.token, broken.cause, answer)
            if (incident := queue.report(session, instance, failure, now)) is not None:
                failing.tell_of_step(session, self.world, instance, failure, f"incident-{incident}")

    @contextmanager
    def reading(self, scope: Scope | None = None) -> Iterator[Session]:
        """A session for :mod:`engine.queries`, in which nothing is written."""
        self.authorities.refresh()
        with self.database.reading() as session:
            set_scope(session, scope or Scope.all_authorities())
            set_clock(session, self.world.clock)
            yield session

    @contextmanager
    def audited_at_the_end(self) -> Iterator[None]:
        """Write the audit trail of what is done meanwhile at its end, many entries at a time: for a database that is made aside,
        and is nothing until it is whole. Used by one thread."""
        with self.audit.held() as entries:
            yield
        for first in range(0, len(entries), ENTRIES_AT_ONCE):
            with self.database.writing() as session:
                set_scope(session, Scope.all_authorities())
                chain.write(session, entries[first : first + ENTRIES_AT_ONCE])
                session.commit()

    def on_work(self, waker: Callable[[], None]) -> None:
        """Call ``waker`` after each commit that may have brought new jobs: how a worker in this process hears of
        them."""
        self._wakers.append(waker)

    def _read_offset(self) -> timedelta:
        with self.reading() as session:
            return settings.read_offset(session)


def _is_correctable(broken: StepBroken) -> bool:
    """Whether the step failed by an answer that was just given, and that whoever gave it can give anew."""
    cause = broken.cause
    given = broken.start.variables if broken.start else broken.answer.values if broken.answer else {}
    return isinstance(cause, TimerImpossible) and not given.keys().isdisjoint(cause.names)


def _calendars(given: SchoolCalendar | CalendarOf | None) -> CalendarOf:
    if given is None or isinstance(given, SchoolCalendar):
        one = given or SchoolCalendar.bare()
        return lambda authority, school: one
    return given
