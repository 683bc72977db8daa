"""An answer with which a case cannot go on is kept with an incident, and given again when a manager tries again."""

from __future__ import annotations

import pytest

from engine import Engine, queries
from engine.errors import AnswerKept, IncidentNotFound, NoFlowTaken
from engine.queries import IncidentRow
from tests.engine.running import NOW, deploy, task, waiting
from tests.engine.spiff.cases import bpmn

#: The answer to ``a`` is compared with a limit that a manager may set.
COMPARED = bpmn(
    '<startEvent id="s"/><userTask id="a"/><exclusiveGateway id="g" name="Above the limit?" default="f_g_c"/>'
    '<userTask id="b"/><userTask id="c"/><endEvent id="e"/>',
    "s>a a>g g>b[n > limit] g>c b>e c>e",
)


@pytest.fixture
def case(engine: Engine) -> int:
    deploy(engine, COMPARED)
    return engine.cases.start("p")


def answer(engine: Engine, case: int, **values: object) -> None:
    engine.tasks.complete(task(engine, "a", case), values, by="sam", note="by phone")


def incidents(engine: Engine, case: int) -> list[IncidentRow]:
    with engine.reading() as session:
        return queries.incidents(session, instance=case)


def test_the_officer_hears_that_the_answer_is_kept(engine: Engine, case: int) -> None:
    with pytest.raises(AnswerKept, match="The answer is kept, but the case could not go on with it, and a manager"):
        answer(engine, case, n=5)
    assert waiting(engine, case) == ["a"]


def test_the_incident_names_the_element_that_failed_and_what_it_saw(engine: Engine, case: int) -> None:
    with pytest.raises(AnswerKept):
        answer(engine, case, n=5)
    [incident] = incidents(engine, case)
    assert incident.element == "g"
    assert incident.retriable
    assert incident.message.startswith('The condition of the flow (f_g_b) from "Above the limit?" gives null')
    assert incident.detail.startswith("What it saw:\nlimit = not set\nn = 5\n")


def test_the_answer_is_given_again_by_whoever_gave_it(engine: Engine, case: int) -> None:
    with pytest.raises(AnswerKept):
        answer(engine, case, n=5)
    engine.cases.set_variables(case, {"limit": 3})
    [incident] = incidents(engine, case)
    engine.jobs.retry(incident.id, by="mo")
    assert waiting(engine, case) == ["b"]
    assert engine.cases.variables(case)["n"] == 5
    assert incidents(engine, case) == []
    done = next(line for line in engine.cases.history(case) if line.element == "a")
    assert done.by == "sam"
    with engine.reading() as session:
        assert queries.task(session, done.task_id or 0).note == "by phone"


def test_an_answer_that_fails_again_stays_kept(engine: Engine, case: int) -> None:
    with pytest.raises(AnswerKept):
        answer(engine, case, n=5)
    [incident] = incidents(engine, case)
    with pytest.raises(AnswerKept):
        engine.jobs.retry(incident.id, by="mo")
    assert [(i.id, i.retriable) for i in incidents(engine, case)] == [(incident.id, True)]


def test_a_new_answer_takes_the_place_of_the_one_that_is_kept(engine: Engine, case: int) -> None:
    for number in (5, 1):
        with pytest.raises(AnswerKept):
            answer(engine, case, n=number)
    engine.cases.set_variables(case, {"limit": 3})
    [incident] = incidents(engine, case)
    engine.jobs.retry(incident.id, by="mo")
    assert waiting(engine, case) == ["c"]


def test_an_answer_that_goes_through_settles_the_incident(engine: Engine, case: int) -> None:
    with pytest.raises(AnswerKept):
        answer(engine, case, n=5)
    [incident] = incidents(engine, case)
    answer(engine, case, n=5, limit=9)
    assert incidents(engine, case) == []
    with pytest.raises(IncidentNotFound):
        engine.jobs.retry(incident.id, by="mo")


def test_the_page_of_the_task_can_say_whose_answer_is_kept(engine: Engine, case: int) -> None:
    with pytest.raises(AnswerKept):
        answer(engine, case, n=5)
    with engine.reading() as session:
        row = queries.task(session, task(engine, "a", case)).row
        kept = queries.kept_answer(session, case, row.token)
    assert kept is not None
    assert (kept.by, kept.at) == ("sam", NOW)


def test_a_change_of_variables_that_fails_raises_its_own_error(engine: Engine) -> None:
    watched = bpmn(
        '<startEvent id="s"/><userTask id="a"/><boundaryEvent id="c" attachedToRef="a"><conditionalEventDefinition>'
        '<condition>= go = true</condition></conditionalEventDefinition></boundaryEvent><exclusiveGateway id="x"/>'
        '<endEvent id="e"/>',
        "s>a a>e c>x x>e[false]",
    )
    deploy(engine, watched)
    case = engine.cases.start("p")
    with pytest.raises(NoFlowTaken):
        engine.cases.set_variables(case, {"go": True})
    assert [(i.element, i.retriable) for i in incidents(engine, case)] == [("x", False)]
