"""Everything that happened in cases and at a school, in one order of time."""

from __future__ import annotations

import pytest

from engine import Engine, EventReport, MadePack, Scope, queries
from engine.errors import AnswerKept, NoFlowTaken
from engine.queries import ALWAYS, EventRow, Period
from tests.engine.running import DAY, NOW, THROWER, Statements, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

SEO = Scope("town", frozenset({"seo"}), "sam")
HEAD = Scope("town", frozenset({"head"}), "hal", schools={"head": frozenset({"100002"})})
SCHOOLS = b"urn,name,phase,type\n100001,Sampleby,primary,community\n100002,Madeup Lane,primary,academy\n"
VISIT = bpmn(
    prop(cases="many")
    + f'<startEvent id="s"/><userTask id="a" name="Visit" camunda:candidateGroups="seo" camunda:dueDate="P2D">'
    f'{prop(clause="X-1")}</userTask><exclusiveGateway id="g" default="f_g_e"/><endEvent id="e"/>',
    "s>a a>g g>a[again = true] g>e",
    key="visit",
)
ROOTS = '<message id="m" name="judged"/>'
JUDGED = '<messageEventDefinition messageRef="m"/>'
LISTENS = bpmn(
    prop(cases="many")
    + '<startEvent id="s"/><endEvent id="e"/><endEvent id="f"/><userTask id="a" name="Plan" camunda:candidateGroups="seo"/>'
    f'<boundaryEvent id="b" name="Ofsted judges" attachedToRef="a">{prop(reportedBy="seo")}{JUDGED}</boundaryEvent>',
    "s>a a>e b>f",
    ROOTS,
    key="plan",
)
STOPS = bpmn(
    '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="g"/><intermediateCatchEvent id="c" name="Ofsted judges">'
    f"{prop(reportedBy='seo')}{JUDGED}</intermediateCatchEvent>",
    "s>c c>g g>e[false]",
    ROOTS,
    key="stops",
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url)
    engine.schools.import_file(SCHOOLS, "town")
    deploy(engine, VISIT, "visit", "town")
    return engine


def begun(engine: Engine, school: str = "100001") -> int:
    return engine.cases.start("visit", variables={"reason": "Concern"}, by=SEO, school=school)


def told(engine: Engine, case: int, period: Period = ALWAYS, by: Scope = SEO) -> list[EventRow]:
    with engine.reading(by) as session:
        return queries.chronology(session, queries.case_rows(session, [case]), period)


def test_a_task_says_when_it_was_asked_due_and_done_and_its_clauses(engine: Engine) -> None:
    case = begun(engine)
    clock_of(engine).set(NOW + DAY)
    engine.tasks.complete(task(engine, "a"), {"again": False}, by="sam")
    [done] = [event for event in told(engine, case) if event.kind == "answered"]
    assert (done.name, done.asked, done.at, done.by) == ("Visit", NOW, NOW + DAY, "sam")
    assert done.due is not None
    assert done.clauses == ("X-1",)


def test_each_round_of_a_loop_is_an_event_of_its_own_task(engine: Engine) -> None:
    case = begun(engine)
    for again in (True, True, False):
        engine.tasks.complete(task(engine, "a"), {"again": again}, by="sam")
    done = [event for event in told(engine, case) if event.kind == "answered"]
    assert len({event.task_id for event in done}) == 3


def test_what_waits_and_what_began_it_stand_there(engine: Engine) -> None:
    found = {event.kind: event for event in told(engine, begun(engine))}
    assert found["waits"].roles == ("seo",)
    assert found["began"].detail["given"] == {"reason": "Concern"}
    assert found["began"].by == "sam"


def test_what_somebody_did_to_the_case_has_its_reason(engine: Engine) -> None:
    case = begun(engine)
    engine.cases.cancel(case, "Mistake", by=SEO)
    [act] = [event for event in told(engine, case) if event.kind == "acted"]
    assert (act.detail["how"], act.detail["reason"], act.by) == ("stopped", "Mistake", "sam")


def test_what_went_wrong_and_its_end_are_two_events(engine: Engine) -> None:
    case = begun(engine)
    with pytest.raises(AnswerKept):
        engine.tasks.complete(task(engine, "a"), {"again": 5}, by="sam")
    clock_of(engine).set(NOW + DAY)
    engine.tasks.complete(task(engine, "a"), {"again": False}, by="sam")
    found = {event.kind: event for event in told(engine, case)}
    assert (found["trouble"].at, found["mended"].at) == (NOW, NOW + DAY)
    assert "gives" in found["trouble"].text


def test_a_message_that_was_thrown_says_what_became_of_it(engine: Engine) -> None:
    deploy(engine, THROWER, "thrower", "town")
    case = engine.cases.start("thrower", variables={"target": "nobody"}, by=SEO)
    engine.jobs.run_due()
    [sent] = [event for event in told(engine, case) if event.kind == "thrown"]
    assert (sent.detail["message"], sent.detail["status"]) == ("reply", "undelivered")


def test_a_period_holds_its_first_moment_and_not_its_last(engine: Engine) -> None:
    case = begun(engine)
    clock_of(engine).set(NOW + DAY)
    engine.tasks.complete(task(engine, "a"), {"again": False}, by="sam")
    within = told(engine, case, Period(NOW, NOW + DAY))
    after = told(engine, case, Period(NOW + DAY, None))
    assert "answered" not in {event.kind for event in within}
    assert {event.kind for event in after} == {"answered", "passed"}


def test_what_the_register_changed_while_the_case_ran_is_told(engine: Engine) -> None:
    case = begun(engine)
    clock_of(engine).set(NOW + DAY)
    engine.schools.import_file(b"urn,name,phase,type\n100001,Sampleby,primary,academy\n", "town")
    [change] = [event for event in told(engine, case) if event.kind == "register"]
    assert change.detail["fields"]["type"] == ["community", "academy"]
    assert [event for event in told(engine, begun(engine, "100002")) if event.kind == "register"] == []


def test_a_school_s_story_has_all_its_cases_and_no_other_s(engine: Engine) -> None:
    mine, other = [begun(engine), begun(engine)], begun(engine, "100002")
    with engine.reading(SEO) as session:
        cases, events = queries.school_chronology(session, "100001")
    assert [case.id for case in cases] == mine
    assert other not in {event.case for event in events}


def test_a_head_s_chronology_is_of_their_own_school_s_cases(engine: Engine) -> None:
    assert told(engine, begun(engine), by=HEAD) == []
    assert told(engine, begun(engine, "100002"), by=HEAD) != []


def test_more_cases_take_no_more_statements(engine: Engine) -> None:
    asked = []
    for _ in range(3):  # what definitions say is read once and kept
        begun(engine)
        with engine.reading(SEO) as session, Statements(engine) as statements:
            cases, _ = queries.school_chronology(session, "100001")
            queries.paths(session, cases)
        asked.append(len(statements.sent))
    assert asked[1] == asked[2]


def test_the_path_of_a_case_is_what_it_did_and_where_it_stands(engine: Engine) -> None:
    case = begun(engine)
    engine.tasks.complete(task(engine, "a"), {"again": True}, by="sam")
    with engine.reading(SEO) as session:
        [path] = queries.paths(session, queries.case_rows(session, [case]))
    assert path.done == {"s", "a", "g"}
    assert path.now == {"a"}
    assert "f_g_a" in path.flows


def test_a_pack_is_kept_with_what_it_was_for(engine: Engine) -> None:
    case = begun(engine)
    made = MadePack("Ofsted", "Inspection", entries=3, redactions=1, sha256="ab" * 32, instance=case)
    engine.packs.keep(made, SEO)
    with engine.reading(SEO) as session:
        [row] = queries.packs(session, instance=case)
        assert queries.packs(session, school="100001") == []
    assert (row.by, row.reader, row.why, row.sha256, row.at) == ("sam", "Ofsted", "Inspection", "ab" * 32, NOW)


def test_a_contact_sees_no_packs(engine: Engine) -> None:
    engine.packs.keep(MadePack("O", "I", entries=0, redactions=0, sha256="", school="100002"), SEO)
    with engine.reading(HEAD) as session:
        assert queries.packs(session, school="100002") == []


def judged(engine: Engine, school: str | None = "100001") -> int:
    """A case that ended when Sam reported what Ofsted had judged."""
    deploy(engine, LISTENS, "plan", "town")
    case = engine.cases.start("plan", "of the town", by=SEO, school=school)
    clock_of(engine).set(NOW + DAY)
    engine.messages.report(EventReport("judged", {"grade": "good"}, school, case), SEO)
    return case


@pytest.mark.parametrize("school", ["100001", None])
def test_what_was_reported_to_a_case_says_who_reported_it_when_and_what(engine: Engine, school: str | None) -> None:
    [event] = [each for each in told(engine, judged(engine, school)) if each.kind == "reported"]
    assert (event.name, event.by, event.at) == ("Ofsted judges", "sam", NOW + DAY)
    assert event.detail["values"] == {"grade": "good"}


def test_the_event_of_the_diagram_names_whoever_reported_it(engine: Engine) -> None:
    [event] = [each for each in told(engine, judged(engine)) if each.element == "b"]
    assert event.by == "sam"


def test_a_case_is_not_told_what_was_reported_to_another(engine: Engine) -> None:
    judged(engine)
    other = engine.cases.start("plan", "another", by=SEO, school="100001")
    assert not [each for each in told(engine, other) if each.kind == "reported"]


def test_a_school_s_story_has_what_was_reported_once(engine: Engine) -> None:
    judged(engine)
    with engine.reading(SEO) as session:
        events = queries.school_chronology(session, "100001")[1]
    assert [each.by for each in events if each.kind == "reported"] == ["sam"]


def test_a_report_with_which_the_case_could_not_go_on_is_in_its_story(engine: Engine) -> None:
    deploy(engine, STOPS, "stops", "town")
    case = engine.cases.start("stops", by=SEO, school="100001")
    with pytest.raises(NoFlowTaken):
        engine.messages.report(EventReport("judged", school="100001"), SEO)
    assert [each.by for each in told(engine, case) if each.kind == "reported"] == ["sam"]
