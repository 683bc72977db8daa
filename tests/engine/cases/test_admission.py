"""Whether a case may begin for a school: by hand, by message and for many schools."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import Config, Engine, queries
from engine.errors import LiveCaseExists, MessageNotExpected, NotForThisSchool, SchoolHasClosed, SchoolNeeded
from engine.store.tables import ProcessInstance
from tests.engine.running import DAY, authority, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

SCHOOLS = b"urn,name,phase,type,maintained\n100001,A,primary,community,true\n100002,B,primary,academy,false\n"
WAITS = '<startEvent id="s">%s</startEvent><endEvent id="e"/><userTask id="a"/>'


def process(start: str = "", **properties: str) -> bytes:
    return bpmn((prop(**properties) if properties else "") + WAITS % start, "s>a a>e", '<message id="m" name="begin"/>')


@pytest.fixture
def town(database_url: str) -> Engine:
    engine = running(database_url, config=Config(authorities={"town": authority("town")}))
    engine.schools.import_file(SCHOOLS, "town")
    return engine


def start(engine: Engine, school: str | None = "100001") -> int:
    return engine.cases.start("p", school=school, authority="town")


def test_a_school_has_one_open_case_of_a_process(town: Engine) -> None:
    deploy(town, process(), authority="town")
    case = start(town)
    with pytest.raises(LiveCaseExists) as refused:
        start(town)
    assert refused.value.instance == case


def test_another_school_may_begin(town: Engine) -> None:
    deploy(town, process(), authority="town")
    assert start(town) != start(town, "100002")


def test_the_next_case_begins_when_the_last_has_ended(town: Engine) -> None:
    deploy(town, process(), authority="town")
    town.tasks.complete(task(town, "a", start(town)))
    assert start(town) == 2


def test_a_process_may_have_many_cases_of_a_school(town: Engine) -> None:
    deploy(town, process(cases="many"), authority="town")
    assert start(town) != start(town)


def test_a_process_begins_only_for_the_schools_that_it_is_for(town: Engine) -> None:
    deploy(town, process(startWhen="= school.maintained"), authority="town")
    assert start(town) == 1
    with pytest.raises(NotForThisSchool):
        start(town, "100002")


def test_a_process_that_needs_a_school_does_not_begin_without(town: Engine) -> None:
    deploy(town, process(needsSchool="true"), authority="town")
    with pytest.raises(SchoolNeeded):
        start(town, None)


def for_schools() -> bytes:
    """A process that somebody begins for a school, and a timer for none."""
    return bpmn(
        f'<startEvent id="s">{prop(forEach="school")}</startEvent><startEvent id="t"><timerEventDefinition><timeCycle>'
        'every week</timeCycle></timerEventDefinition></startEvent><userTask id="a"/><endEvent id="e"/>',
        "s>a t>a a>e",
    )


def test_a_process_that_is_begun_for_schools_does_not_begin_by_hand_without_one(town: Engine) -> None:
    deploy(town, for_schools(), authority="town")
    with pytest.raises(SchoolNeeded):
        start(town, None)


def test_what_a_timer_begins_in_it_may_be_about_no_school(town: Engine) -> None:
    deploy(town, for_schools(), authority="town")
    clock_of(town).advance(8 * DAY)
    town.jobs.run_due()
    with town.reading() as session:
        assert {row.school_urn for row in session.scalars(select(ProcessInstance))} == {None}


def test_a_message_begins_no_second_case_of_a_school(town: Engine) -> None:
    deploy(town, process('<messageEventDefinition messageRef="m"/>'), authority="town")
    assert town.messages.correlate("begin", {"urn": "100001"}, authority="town") == [1]
    with pytest.raises(MessageNotExpected):
        town.messages.correlate("begin", {"urn": "100001"}, authority="town")


def test_a_message_begins_no_case_of_a_school_that_the_process_is_not_for(town: Engine) -> None:
    begins = process('<messageEventDefinition messageRef="m"/>', startWhen="= school.maintained")
    deploy(town, begins, authority="town")
    with pytest.raises(MessageNotExpected):
        town.messages.correlate("begin", {"urn": "100002"}, authority="town")


def test_a_batch_passes_over_the_schools_that_the_process_is_not_for(town: Engine) -> None:
    deploy(town, process(prop(forEach="school"), startWhen="= school.maintained"), authority="town")
    town.batches.start("p", authority="town", urns=["100001", "100002"])
    town.jobs.run_due()
    with town.reading() as session:
        assert [row.urn for row in queries.skipped(session, 1)] == ["100002"]


def test_no_case_begins_for_a_school_that_has_closed(town: Engine) -> None:
    deploy(town, process(), authority="town")
    closed(town)
    with pytest.raises(SchoolHasClosed):
        start(town)


def test_no_message_begins_a_case_for_a_school_that_has_closed(town: Engine) -> None:
    deploy(town, process('<messageEventDefinition messageRef="m"/>'), authority="town")
    closed(town)
    with pytest.raises(MessageNotExpected):
        town.messages.correlate("begin", {"urn": "100001"}, authority="town")


def test_no_round_begins_a_case_for_a_school_that_has_closed(town: Engine) -> None:
    deploy(town, process(prop(forEach="school"), closedSchools="true"), authority="town")
    closed(town)
    town.batches.start("p", authority="town", urns=["100001", "100002"])
    town.jobs.run_due()
    with town.reading() as session:
        assert [row.urn for row in queries.skipped(session, 1)] == ["100001"]


def test_a_process_may_be_for_closed_schools_too(town: Engine) -> None:
    deploy(town, process(closedSchools="true"), authority="town")
    closed(town)
    assert start(town) == 1


def closed(engine: Engine) -> None:
    lines = SCHOOLS.replace(b"maintained\n", b"maintained,status\n").replace(b"true\n", b"true,closed\n")
    engine.schools.import_file(lines.replace(b"false\n", b"false,open\n"), "town")
