"""``pathways migrate``: running cases, planned, moved and brought back from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine import Engine
from engine.cli.migrate import migrate
from tests.engine.running import deploy, running, waiting
from tests.engine.spiff.cases import bpmn


def asked(element: str) -> bytes:
    body = f'<startEvent id="s"/><userTask id="{element}" name="Write the report"/><endEvent id="e"/>'
    return bpmn(body, f"s>{element} {element}>e")


@pytest.fixture
def engine(sqlite_url: str) -> Engine:
    """A case at the task a, while the newer version has b in its place."""
    made = running(sqlite_url)
    deploy(made, asked("a"))
    made.cases.start("p", business_key="Elm Grove")
    deploy(made, asked("b"))
    return made


@pytest.fixture
def say(sqlite_url: str, tmp_path: Path, engine: Engine) -> object:
    def said(*words: str) -> Result:
        return CliRunner().invoke(migrate, [*words, "--database", sqlite_url, "--config", str(tmp_path)])

    return said


def test_a_plan_names_each_case_and_the_choices(say) -> None:  # type: ignore[no-untyped-def]
    told = say("plan", "p").output
    assert "case 1 (Elm Grove), version 1 at Write the report: needs a mapping" in told
    assert "--map p/a=ELEMENT" in told
    assert "b: “Write the report”, goes on there (likely)" in told


def test_cases_are_moved_and_brought_back(say, engine: Engine) -> None:  # type: ignore[no-untyped-def]
    moved = say("run", "p", "--map", "p/a=b", "--reason", "The policy")
    assert "Move 1: 1 moved, 0 stayed" in moved.output
    assert waiting(engine, 1) == ["b"]
    assert "1 taken back" in say("undo", "1", "--reason", "Too early").output
    assert waiting(engine, 1) == ["a"]


def test_a_case_that_stays_is_named_with_why(say) -> None:  # type: ignore[no-untyped-def]
    told = say("run", "p", "--reason", "The policy").output
    assert "case 1 (Elm Grove): It is at “Write the report”, for which no element of the new version is chosen." in told


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("plan", "p", "--map", "a"), "is not PROCESS/ELEMENT=ELEMENT"),
        (("plan", "p", "--to", "7"), "has no version 7"),
        (("run", "p"), "--reason"),
    ],
)
def test_what_cannot_be_done_is_said(say, words: tuple[str, ...], problem: str) -> None:  # type: ignore[no-untyped-def]
    result = say(*words)
    assert problem in result.output
    assert result.exit_code != 0
