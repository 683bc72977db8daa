"""The stored form of a case, and that what earlier versions of Pathways have stored is read and goes on as it would have."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StateUnreadable
from engine.spiff import variables_at
from engine.steps import SetVariables
from tests.engine.spiff.cases import Case, bpmn

STORED = Path(__file__).parent / "stored"
#: Two states of ``everything.bpmn`` as version 1 wrote them: much waits at once; a compensation handler is at work.
VERSION_1: dict[str, Any] = json.loads((STORED / "version1.json").read_text(encoding="utf-8"))


def kept(name: str) -> Case:
    """A case that goes on from a state that version 1 stored."""
    called = {"q": (STORED / "called.bpmn").read_bytes()}
    case = Case((STORED / "everything.bpmn").read_bytes(), called)
    case.now = datetime(2026, 9, 8, 8, 0, tzinfo=UTC)
    case.state = json.dumps(VERSION_1[name]).encode()
    return case


def test_all_that_waited_in_a_state_of_version_1_waits_still() -> None:
    case = kept("waiting").step(SetVariables({}))
    assert case.waiting == ["a", "b", "c", "each", "qt", "w"]
    assert [(t.element, t.due.day, t.why) for t in case.now_out.timers] == [
        ("remind", 9, "R5/P1D from Tuesday 8 September 2026"),
        ("late", 9, "P2D from Monday 7 September 2026"),
    ]
    assert [(s.element, s.name, s.key) for s in case.now_out.subscriptions] == [
        ("both", "request", "case 1"),
        ("both", "alarm", ""),
        ("reply", "reply", "K"),
    ]
    due = next(t.due for t in case.now_out.user_tasks if t.element == "a")
    assert due == datetime(2026, 9, 21, 22, 59, tzinfo=UTC)


def test_a_case_goes_on_to_its_end_from_a_state_of_version_1() -> None:
    case = (
        kept("waiting")
        .step(SetVariables({}))
        .fire("remind")
        .complete("a")
        .complete("b")
        .complete("each", mark="fair")
        .complete("c")
    )
    case.complete("qt").receive("request").receive("reply").complete("w").complete("refund")
    assert case.done
    assert case.variables["marks"] == ["good", "fair"]
    assert case.variables["outer"] == 2
    assert case.trace.count("w") == 1, "the condition of the event subprocess has held all the time"


def test_a_timer_of_version_1_keeps_its_count() -> None:
    case = kept("waiting")
    case.step(SetVariables({}))
    for _ in range(4):
        case.fire("remind")
    assert [t.element for t in case.now_out.timers] == ["late"]


def test_a_compensation_of_version_1_comes_to_its_end() -> None:
    case = kept("compensating").step(SetVariables({})).complete("refund")
    assert case.trace[-2:] == ["back", "e"]


def test_a_form_sees_the_variables_in_a_state_of_version_1() -> None:
    state = json.dumps(VERSION_1["waiting"]).encode()
    assert variables_at(state, "20")["inner"] == 2
    assert variables_at(state, "24") == {"n": 1, "items": ["x", "y"], "key": "K"}


def test_a_step_stores_the_newest_version() -> None:
    stored = json.loads(kept("waiting").step(SetVariables({})).now_out.state)
    assert stored["version"] == 4
    assert "format" not in stored


def test_a_state_of_a_later_version_is_refused_by_its_number() -> None:
    case = Case(bpmn('<startEvent id="s"/><userTask id="a"/>', "s>a")).start()
    later = {**json.loads(case.now_out.state), "version": 5}
    case.state = json.dumps(later).encode()
    with pytest.raises(StateUnreadable, match="it has version 5, and this Pathways reads versions 1 to 4"):
        case.complete("a")
