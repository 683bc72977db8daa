"""Versions of a process, cases that run on them, and moves from one to another: what the tests of migration share."""

from __future__ import annotations

from engine import Engine, Scope, queries
from engine.queries import HistoryRow, MigratedRow
from engine.services.migrations import Move
from tests.engine.running import MESSAGES, deploy
from tests.engine.spiff.cases import bpmn

WHY = "The policy of 1 September."
OWNER = Scope("", frozenset({"owner"}), "owner")


def asked(name: str = "a", roles: str = "seo", more: str = "", sequence: str = "") -> bytes:
    body = (
        f'<startEvent id="s"/><userTask id="{name}" name="Write the report" camunda:candidateGroups="{roles}"/>'
        f'<endEvent id="e"/>{more}'
    )
    return bpmn(body, sequence or f"s>{name} {name}>e", MESSAGES)


#: A version that says of the task what the first says, but for its name.
NEWER = asked().replace(b"Write the report", b"Write and send the report")


def latest(engine: Engine, key: str = "p") -> int:
    with engine.reading() as session:
        return queries.latest_definition(session, key).id


def move(engine: Engine, mapping: dict[str, str] | None = None, **how: bool) -> int:
    """Move all running cases to the latest version."""
    number = engine.migrations.begin(latest(engine), WHY, "owner", Move(mapping or {}, **how))
    engine.jobs.run_due()
    return number


def rows(engine: Engine, number: int) -> list[MigratedRow]:
    with engine.reading() as session:
        return list(queries.migrated(session, number).items)


def version(engine: Engine, case: int) -> int:
    return engine.cases.get(case).version


def last(engine: Engine, case: int) -> HistoryRow:
    return engine.cases.history(case)[-1]


def two_versions(engine: Engine, first: bytes, second: bytes) -> int:
    """A case of the first version, while the second is deployed."""
    deploy(engine, first)
    case = engine.cases.start("p", variables={"kept": 1})
    deploy(engine, second)
    return case
