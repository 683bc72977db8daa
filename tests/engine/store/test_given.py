"""What the library is given is refused by an error of the engine's own, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import Engine, queries
from engine.errors import DatabaseUnusable, DefinitionGone, GivenRefused, InstanceNotFound, ReasonMissing, TextUnusable
from tests.engine.running import deploy, task
from tests.engine.spiff.cases import bpmn

ONE = bpmn('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>', "s>a a>e")
DEEP: list[Any] = []
for _ in range(500):
    DEEP = [DEEP]
CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)


@pytest.fixture
def case(engine: Engine) -> int:
    deploy(engine, ONE)
    return engine.cases.start("p")


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), {1, 2}, {1: "a number for a name"}, b"bytes", DEEP, CIRCLE, object()],
    ids=["nan", "infinity", "set", "number for a name", "bytes", "deep", "circle", "object"],
)
def test_a_value_that_no_case_can_keep_is_refused(engine: Engine, case: int, value: object) -> None:
    with pytest.raises(GivenRefused):
        engine.cases.set_variables(case, {"given": value})


@pytest.mark.parametrize("name", ["school", "settings"])
def test_a_name_that_every_expression_sees_already_is_refused(engine: Engine, case: int, name: str) -> None:
    with pytest.raises(GivenRefused, match=f"{name} is what every expression sees already"):
        engine.cases.set_variables(case, {name: 1})


def test_half_of_a_surrogate_pair_is_refused(engine: Engine, case: int) -> None:
    with pytest.raises(TextUnusable):
        engine.cases.set_variables(case, {"given": "\ud800"})


WRONG: dict[str, Callable[[Engine], object]] = {
    "a number for a business key": lambda engine: engine.cases.start("p", business_key=5),  # type: ignore[arg-type]
    "a list for variables": lambda engine: engine.cases.start("p", variables=[1]),  # type: ignore[arg-type]
    "a list for answers": lambda engine: engine.tasks.complete(task(engine, "a", 1), ["x"]),  # type: ignore[arg-type]
    "a text for keys": lambda engine: engine.messages.correlate("m", keys="100001"),  # type: ignore[arg-type]
    "nothing for a person": lambda engine: engine.cases.cancel(1, "why", by=None),  # type: ignore[arg-type]
    "nobody who claims": lambda engine: engine.tasks.claim(task(engine, "a", 1), ""),
    "a list for files": lambda engine: engine.deployments.deploy([ONE]),  # type: ignore[arg-type]
    "text in a file": lambda engine: engine.deployments.deploy({"p.bpmn": ONE.decode()}),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_an_argument_of_the_wrong_type_is_refused(engine: Engine, case: int, wrong: Callable[[Engine], object]) -> None:
    with pytest.raises(GivenRefused):
        wrong(engine)


def test_a_case_that_is_not_there_has_no_trace(engine: Engine) -> None:
    with pytest.raises(InstanceNotFound):
        engine.cases.trace(99_999)


def test_a_database_in_no_folder_is_said_to_be_unopened(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="unable to open database file"):
        Engine(f"sqlite:///{tmp_path / 'nowhere' / 'p.db'}").cases.start("p")


def test_a_case_is_cancelled_for_a_reason(engine: Engine, case: int) -> None:
    with pytest.raises(ReasonMissing):
        engine.cases.cancel(case, " ", "sam")
    assert engine.cases.get(case).status == "active"


def test_a_name_that_cannot_be_stored_is_called_what_it_is(engine: Engine, case: int) -> None:
    with pytest.raises(TextUnusable, match="The name of whoever acts holds a character that cannot be stored, NUL"):
        engine.cases.cancel(case, "why", "s\0m")


def test_a_version_that_is_not_there_is_called_a_version(engine: Engine) -> None:
    with engine.reading() as session, pytest.raises(DefinitionGone, match="No version of a process with the id 99999"):
        queries.definition(session, 99_999)
