"""A case that could not begin is a trouble that managers see; what it was to begin with is kept, and can be begun again."""

from __future__ import annotations

from datetime import date

import pytest

from engine import Engine, queries
from engine.errors import IncidentNotFound, MessageNotExpected, NoFlowTaken, StartKept, TimerImpossible
from engine.queries import IncidentRow
from tests.engine.running import MESSAGES, deploy, waiting
from tests.engine.spiff.cases import bpmn

#: Its first step asks for a limit that nobody gives.
REST = '<exclusiveGateway id="g" name="Above the limit?"/><userTask id="a"/><endEvent id="e"/>'
BROKEN = bpmn(f'<startEvent id="s"/>{REST}', "s>g g>a[n > limit] a>e")
MENDED = BROKEN.replace(b"limit<", b"3<")
BY_MESSAGE = bpmn(
    f'<startEvent id="s"><messageEventDefinition messageRef="m1"/></startEvent>{REST}',
    "s>g g>a[n > limit] a>e",
    MESSAGES,
)
WAITS = bpmn(
    '<startEvent id="s"/><intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>= duration("PT" + string(n) + "H")'
    '</timeDuration></timerEventDefinition></intermediateCatchEvent><endEvent id="e"/>',
    "s>t t>e",
)


def troubles(engine: Engine) -> list[IncidentRow]:
    with engine.reading() as session:
        return queries.incidents(session, caseless=True)


def fail(engine: Engine, by: str = "sam", **values: object) -> None:
    with pytest.raises(StartKept):
        engine.cases.start("p", "K 1", {"n": 5, **values}, by=by)


def test_whoever_begins_it_hears_that_what_they_entered_is_kept(engine: Engine) -> None:
    deploy(engine, BROKEN)
    with pytest.raises(
        StartKept, match="The case could not begin, and a manager has been told.*Above the limit"
    ) as told:
        engine.cases.start("p", variables={"n": 5}, by="sam")
    assert isinstance(told.value.__cause__, Exception)


def test_it_is_a_trouble_that_names_process_case_and_element(engine: Engine) -> None:
    deploy(engine, BROKEN)
    fail(engine)
    [found] = troubles(engine)
    assert found.message.startswith("“p” could not begin for K 1. The condition of the flow")
    assert found.element == "g"
    assert found.retriable
    assert found.detail.startswith("What it saw:\nlimit = not set\nn = 5\n")


def test_trying_once_more_is_the_same_trouble(engine: Engine) -> None:
    deploy(engine, BROKEN)
    fail(engine)
    fail(engine)
    assert len(troubles(engine)) == 1


def test_what_another_person_began_is_another_trouble(engine: Engine) -> None:
    deploy(engine, BROKEN)
    fail(engine)
    fail(engine, by="lee")
    assert len(troubles(engine)) == 2


def test_it_begins_on_the_mended_version_as_if_whoever_began_it_had_done_so_now(engine: Engine) -> None:
    deploy(engine, BROKEN)
    fail(engine, on=date(2026, 9, 1))
    deploy(engine, MENDED)
    engine.jobs.retry(troubles(engine)[0].id, by="mo")
    [case] = {each.instance_id for each in engine.tasks.open()}
    begun = engine.cases.get(case)
    assert (begun.business_key, begun.started_by) == ("K 1", "sam")
    assert engine.cases.variables(case) == {"n": 5, "on": date(2026, 9, 1)}
    assert waiting(engine, case) == ["a"]
    assert troubles(engine) == []


def test_one_that_fails_again_stays_a_trouble_and_keeps_what_was_entered(engine: Engine) -> None:
    deploy(engine, BROKEN)
    fail(engine)
    [found] = troubles(engine)
    with pytest.raises(StartKept):
        engine.jobs.retry(found.id, by="mo")
    assert [(each.id, each.retriable) for each in troubles(engine)] == [(found.id, True)]


def test_a_trouble_is_over_when_the_same_person_has_begun_the_case_after_all(engine: Engine) -> None:
    deploy(engine, BROKEN)
    fail(engine)
    deploy(engine, MENDED)
    engine.cases.start("p", "K 1", {"n": 5}, by="lee")
    assert len(troubles(engine)) == 1
    engine.cases.start("p", "K 1", {"n": 5}, by="sam")
    assert troubles(engine) == []


def test_a_manager_lets_it_rest(engine: Engine) -> None:
    deploy(engine, BROKEN)
    fail(engine)
    [found] = troubles(engine)
    engine.jobs.dismiss(found.id, by="mo")
    assert troubles(engine) == []
    with pytest.raises(IncidentNotFound):
        engine.jobs.dismiss(found.id, by="mo")


def test_only_what_is_kept_to_begin_can_be_let_rest(engine: Engine) -> None:
    deploy(engine, MENDED)
    case = engine.cases.start("p", variables={"n": 5, "limit": 1})
    with pytest.raises(IncidentNotFound):
        engine.jobs.dismiss(case, by="mo")


def test_a_message_that_could_not_begin_a_case_is_kept_as_well(engine: Engine) -> None:
    deploy(engine, BY_MESSAGE)
    for number in (5, 6, 6):
        with pytest.raises(StartKept):
            engine.messages.correlate("reply", {"key": "K 1"}, {"n": number})
    assert len(troubles(engine)) == 2
    deploy(engine, BY_MESSAGE.replace(b"limit<", b"3<"))
    for each in troubles(engine):
        engine.jobs.retry(each.id, by="mo")
    cases = sorted({each.instance_id for each in engine.tasks.open()})
    assert sorted(engine.cases.variables(case)["n"] for case in cases) == [5, 6]


def test_a_message_that_a_case_waits_for_is_no_start(engine: Engine) -> None:
    deploy(engine, MENDED)
    with pytest.raises(MessageNotExpected):
        engine.messages.correlate("reply", {"key": "K 1"}, {"n": 5})
    assert troubles(engine) == []


def test_an_answer_that_gives_no_time_to_wait_is_for_whoever_gave_it_to_correct(engine: Engine) -> None:
    deploy(engine, WAITS)
    with pytest.raises(TimerImpossible):
        engine.cases.start("p", variables={"n": -1}, by="sam")
    assert troubles(engine) == []


def test_a_change_of_variables_that_fails_is_no_start(engine: Engine) -> None:
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
    assert troubles(engine) == []
