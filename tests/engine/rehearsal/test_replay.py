"""Real cases are played through another version: the same, another way, another date; nothing of theirs is changed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from engine import Engine
from engine.clock import VirtualClock
from engine.errors import FileOfOtherProcess
from engine.rehearsal import Replayed
from tests.conftest import START
from tests.engine.rehearsal.test_rehearsal import FORM, OWNER, process

SCHOOL = b"urn,name,phase,type\n100001,Sampleby School,primary,community\n"


def begun(engine: Engine, clock: VirtualClock) -> int:
    """A case for a school in which somebody waits."""
    engine.schools.import_file(SCHOOL, "here")
    files = {"p.bpmn": process(), "forms/here/form.form": json.dumps(FORM).encode()}
    engine.deployments.deploy(files, "here", strict=False)
    case = engine.cases.start("small", authority="here", school="100001")
    clock.advance(timedelta(days=1))
    engine.tasks.complete(engine.tasks.open(case)[0].id, {"outcome": "wait"}, by="seo")
    return case


@pytest.fixture
def lived(engine: Engine, clock: VirtualClock) -> Engine:
    """A case for a school in which somebody waited, and was inspected nine days later."""
    begun(engine, clock)
    clock.advance(timedelta(days=9))
    engine.messages.correlate("inspected", {"urn": "100001"}, {}, "here")
    clock.advance(timedelta(days=100))
    return engine


def replayed(engine: Engine, xml: bytes) -> Replayed:
    (found,) = engine.rehearsals.replay("small", {"p.bpmn": xml}, START - timedelta(days=1), OWNER)
    return found


def test_a_case_goes_the_same_way_through_the_same_diagram(lived: Engine) -> None:
    found = replayed(lived, process())
    assert found.same
    assert found.school == "Sampleby School"


def test_a_case_that_goes_another_way_says_where_by_which_answer_and_what_comes_instead(lived: Engine) -> None:
    found = replayed(lived, process(wait="1 week"))
    assert found.after is not None
    assert found.answered is not None
    assert (found.after.name, found.answered.name, found.answered.at) == ("Decide", "Decide", START + timedelta(days=1))
    assert (found.real, found.other) == ("inspection", "A while is over")


def test_a_case_whose_dates_are_others(lived: Engine) -> None:
    found = replayed(lived, process(due="10 working days"))
    assert not found.other
    ((name, real, other),) = found.dates
    assert (name, f"{real:%-d %B}", f"{other:%-d %B}") == ("Decide", "14 September", "21 September")


def test_an_answer_that_nobody_would_ask_for(lived: Engine) -> None:
    without = process().replace(b"outcome = &quot;wait&quot;", b"false").replace(b'outcome = "wait"', b"1 = 2")
    found = replayed(lived, without)
    assert (found.real, found.other) == ("inspection", "done")


def test_nothing_of_the_real_case_is_changed(lived: Engine) -> None:
    before = lived.cases.trace(1)
    replayed(lived, process(wait="1 week"))
    assert lived.cases.trace(1) == before
    assert lived.tasks.open() == []


def test_cases_of_before_are_left_out(lived: Engine) -> None:
    assert lived.rehearsals.replay("small", {"p.bpmn": process()}, START + timedelta(days=1), OWNER) == []


def test_a_case_that_would_wait_for_something_else_goes_another_way(engine: Engine, clock: VirtualClock) -> None:
    begun(engine, clock)
    swapped = process().replace(b'id="hold" name="Hold"', b'id="keep" name="Keep"').replace(b'"hold"', b'"keep"')
    found = replayed(engine, swapped)
    assert (found.real, found.other) == ("waits for: Hold", "waits for: Keep")


def test_a_task_that_others_would_be_asked_to_do(engine: Engine, clock: VirtualClock) -> None:
    begun(engine, clock)
    found = replayed(engine, process().replace(b'camunda:candidateGroups="seo"', b'camunda:candidateGroups="head"'))
    assert ("Hold", {"seo"}, {"head"}) in found.roles


def test_a_case_that_was_cancelled_is_the_same_as_one_that_waits(engine: Engine, clock: VirtualClock) -> None:
    engine.cases.cancel(begun(engine, clock), "It was begun by mistake.", by="seo")
    assert replayed(engine, process()).same


@pytest.mark.parametrize(
    ("xml", "said"),
    [
        (process().replace(b'"small"', b'"other"'), "This file has the process other, not the process small"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"/>', "has no process"),
    ],
)
def test_a_file_of_another_process_is_not_played(lived: Engine, xml: bytes, said: str) -> None:
    with pytest.raises(FileOfOtherProcess, match=said):
        replayed(lived, xml)
