"""Where a rehearsal plays: an engine on a database in memory, with an invented school and a clock of its own.

It has the installation's tables, configuration and calendars, and the versions of one process with what it calls, but no row
of the installation: nothing that is rehearsed is ever written there.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, create_engine, delete
from sqlalchemy.pool import StaticPool

from engine.cases.stepping import World
from engine.clock import VirtualClock
from engine.deployments.registry import Registry
from engine.services.cases import Cases
from engine.services.deployments import Deployments
from engine.services.jobs import Jobs
from engine.services.messages import Messages
from engine.services.tasks import Tasks
from engine.store.database import dumps, prepare
from engine.store.tables import START, Base, Job, School
from engine.store.tenancy import Scope
from engine.transactions import Transactions

#: The invented school's number, which no register has.
URN = "999999"
SCHOOL_NAME = "Rehearsal Lane School"


@dataclass(frozen=True)
class Prepared:
    """A database, ready to be played on as often as one likes: its bytes, and the definitions that were parsed for it."""

    authority: str
    content: bytes
    registry: Registry
    world: World
    around: Callable[[], Mapping[str, bytes]] = dict
    """The other files of the authority, which say what a process is handed that they call. They are not played."""
    idle: list[Engine] = field(default_factory=list, compare=False)
    """Databases in memory that nobody plays on now: statements that were compiled for one are not compiled again."""


class Stage:
    """An engine to play on. Whatever is done here is forgotten with it."""

    def __init__(self, prepared: Prepared, at: datetime) -> None:
        self.authority = prepared.authority
        self.clock = VirtualClock(at)
        self._prepared = prepared
        self._memory = prepared.idle.pop() if prepared.idle else _memory()
        with self._memory.connect() as connection:
            _driver(connection).deserialize(prepared.content)
        self.transactions = _transactions(prepared.world, self._memory, self.clock)
        self.transactions.world = replace(self.transactions.world, registry=prepared.registry)
        self.world = self.transactions.world
        self.cases, self.tasks = Cases(self.transactions), Tasks(self.transactions)
        self.jobs, self.messages = Jobs(self.transactions), Messages(self.transactions)

    def put(self, school: Mapping[str, str] | None) -> str | None:
        """Put the invented school into the register; its URN, None for no school."""
        if school is None:
            return None
        kind = school.get("type", "community")
        known = {name: school[name] for name in ("diocese", "trust", "category") if name in school}
        row = School(
            urn=URN,
            authority=self.authority,
            name=school.get("name", SCHOOL_NAME),
            phase=school.get("phase", "primary"),
            type=kind,
            maintained=kind not in ("academy", "free", "independent"),
            **known,
        )
        with self.transactions.writing(Scope.all_authorities()) as session:
            session.add(row)
        return URN

    def close(self) -> None:
        """Forget all of it: what comes next takes the place of what is here."""
        self._prepared.idle.append(self._memory)


def prepare_stage(
    world: World,
    authority: str,
    files: Mapping[str, bytes],
    at: datetime,
    beats: bool = True,
    around: Callable[[], Mapping[str, bytes]] = dict,
) -> Prepared:
    """A stage with these diagrams, forms and tables deployed, at a moment from which their start timers count; without
    ``beats`` these timers start nothing. ``around`` gives the authority's other files."""
    memory = _memory()
    Base.metadata.create_all(memory)
    made = _transactions(world, memory, VirtualClock(at))
    Deployments(made).put(files, authority)
    if not beats:
        with made.writing(Scope.all_authorities()) as session:
            session.execute(delete(Job).where(Job.kind == START))
    with memory.connect() as connection:
        content = _driver(connection).serialize()
    memory.dispose()
    return Prepared(authority, content, Registry(), world, around)


def _transactions(world: World, memory: Engine, clock: VirtualClock) -> Transactions:
    """The engine's ground on a database in memory: no mail leaves it, and every school keeps the authority's calendar."""
    config = replace(world.config.without_mail(), sample=False)
    calendars = world.calendars
    return Transactions(
        memory, clock, lambda authority, school: calendars(authority, None), world.feel, config, audited=False
    )


def _memory() -> Engine:
    return prepare(
        create_engine(
            "sqlite://", json_serializer=dumps, poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    )


def _driver(connection: Any) -> sqlite3.Connection:
    connection.rollback()  # a database is taken and replaced between transactions only
    driver: sqlite3.Connection = connection.connection.driver_connection
    return driver
