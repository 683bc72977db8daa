"""What every command of the engine stands on: the database, the clock, and one transaction a command.

This is the only module of the engine that commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine import settings
from engine.calendar.terms import SchoolCalendar
from engine.cases import stepping
from engine.cases.stepping import StepBroken, World
from engine.clock import Clock, OffsetClock, SystemClock
from engine.deployments.registry import Registry
from engine.errors import AnswerKept, InstanceBusy, TimerImpossible
from engine.feel import Feel
from engine.jobs import queue
from engine.settings import Config, StoredOffset
from engine.store.database import Database, Opened
from engine.store.tenancy import Scope, set_scope

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
    ) -> None:
        config = config or Config()
        self.database = Opened(database)
        self.offset = StoredOffset(self._read_offset)
        clock = clock or (OffsetClock(self.offset) if config.sample else SystemClock())
        self.world = World(clock, _calendars(calendar), feel or Feel.shared(), Registry(), config)
        self._wakers: list[Callable[[], None]] = []

    @contextmanager
    def writing(self, scope: Scope, *, wakes: bool = True) -> Iterator[Session]:
        """One transaction, committed at its end unless something was raised."""
        with self.database.writing() as session:
            set_scope(session, scope)
            try:
                yield session
                session.commit()
            except StaleDataError:
                raise InstanceBusy(instance="this") from None
        if wakes:
            for waker in self._wakers:
                waker()

    @contextmanager
    def step(self, scope: Scope) -> Iterator[Session]:
        """A transaction with a step in it: a step that fails leaves an incident for a manager, then its error is
        raised; AnswerKept when the incident keeps what a person had answered. An answer that gives no time to wait is
        for that person to correct: TimerImpossible is raised, and no manager is asked."""
        try:
            with self.writing(scope) as session:
                yield session
        except StepBroken as broken:
            if _is_correctable(broken):
                raise broken.cause from None
            self._report(broken, scope)
            if broken.answer is not None:
                raise AnswerKept(reason=queue.in_words(broken.cause).rstrip(".")) from broken.cause
            raise broken.cause from None

    def _report(self, broken: StepBroken, scope: Scope) -> None:
        if broken.instance_id is None:
            return  # a case that could not be started is no case
        with self.writing(scope, wakes=False) as session:
            instance = stepping.lock(session, broken.instance_id)
            now, answer = self.world.clock.now(), asdict(broken.answer) if broken.answer else None
            queue.report(session, instance, queue.Failure(broken.element, broken.token, broken.cause, answer), now)

    @contextmanager
    def reading(self, scope: Scope | None = None) -> Iterator[Session]:
        """A session for :mod:`engine.queries`, in which nothing is written."""
        with self.database.reading() as session:
            set_scope(session, scope or Scope.all_authorities())
            yield session

    def on_work(self, waker: Callable[[], None]) -> None:
        """Call ``waker`` after each commit that may have brought new jobs: how a worker in this process hears of
        them."""
        self._wakers.append(waker)

    def _read_offset(self) -> timedelta:
        with self.reading() as session:
            return settings.read_offset(session)


def _is_correctable(broken: StepBroken) -> bool:
    """Whether the step failed by an answer that was just given, and that whoever gave it can give anew."""
    cause, answer = broken.cause, broken.answer
    return (
        isinstance(cause, TimerImpossible) and answer is not None and not answer.values.keys().isdisjoint(cause.names)
    )


def _calendars(given: SchoolCalendar | CalendarOf | None) -> CalendarOf:
    if given is None or isinstance(given, SchoolCalendar):
        one = given or SchoolCalendar.bare()
        return lambda authority, school: one
    return given
