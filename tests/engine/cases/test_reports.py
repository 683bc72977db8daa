"""What happened in the world, reported by people, on the engine alone."""

from __future__ import annotations

import pytest

from engine import Config, Engine, EventReport, Scope, queries
from engine.errors import EventNotReportable, MessageAmbiguous, NoFlowTaken, NotAReporter
from engine.queries import ReportedEventRow
from tests.engine.running import authority, deploy, running, waiting
from tests.engine.spiff.cases import bpmn, prop

ROOTS = '<message id="m" name="judged"/>'
LISTENS = bpmn(
    prop(cases="many")
    + '<startEvent id="s"/><endEvent id="e"/><intermediateCatchEvent id="c" name="Ofsted judges">'
    + prop(reportedBy="seo, head")
    + '<messageEventDefinition messageRef="m"/></intermediateCatchEvent><userTask id="a" name="Read it"/>',
    "s>c c>a a>e",
    ROOTS,
)
STOPS = bpmn(
    '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="g"/><intermediateCatchEvent id="c" name="Ofsted judges">'
    + prop(reportedBy="seo")
    + '<messageEventDefinition messageRef="m"/></intermediateCatchEvent>',
    "s>c c>g g>e[false]",
    ROOTS,
)
SEO = Scope("town", frozenset({"seo"}), "sam")
SCHOOLS = b"urn,name,phase,type\n100001,A,primary,community\n100002,B,primary,community\n"


@pytest.fixture
def town(database_url: str) -> Engine:
    engine = running(database_url, config=Config(authorities={"town": authority("town")}))
    engine.schools.import_file(SCHOOLS, "town")
    deploy(engine, LISTENS, authority="town")
    return engine


def record(engine: Engine, urn: str) -> list[ReportedEventRow]:
    with engine.reading(SEO) as session:
        return queries.reported_events(session, urn)


def test_it_reaches_the_open_case_of_the_school(town: Engine) -> None:
    case = town.cases.start("p", school="100001", authority="town")
    assert town.messages.report(EventReport("judged", {"grade": "good"}, "100001"), SEO) == [case]
    assert waiting(town, case) == ["a"]
    assert town.cases.variables(case)["grade"] == "good"


def test_it_reaches_the_case_whatever_its_business_key(town: Engine) -> None:
    case = town.cases.start("p", "of the governors", school="100001", authority="town")
    assert town.messages.report(EventReport("judged", school="100001"), SEO) == [case]


def test_another_school_s_case_does_not_hear_it(town: Engine) -> None:
    case = town.cases.start("p", school="100002", authority="town")
    assert town.messages.report(EventReport("judged", school="100001"), SEO) == []
    assert waiting(town, case) == []


def test_the_record_says_what_when_by_whom_and_whom_it_reached(town: Engine) -> None:
    case = town.cases.start("p", school="100001", authority="town")
    town.messages.report(EventReport("judged", {"grade": "good"}, "100001"), SEO)
    (row,) = record(town, "100001")
    assert (row.title, row.by, row.at, row.reached) == ("Ofsted judges", "sam", town.clock.now(), (case,))


def test_what_nobody_hears_stays_on_the_record(town: Engine) -> None:
    town.messages.report(EventReport("judged", {"grade": "good"}, "100001"), SEO)
    assert record(town, "100001")[0].values == {"grade": "good"}


def test_who_may_not_report_it_changes_nothing(town: Engine) -> None:
    case = town.cases.start("p", school="100001", authority="town")
    with pytest.raises(NotAReporter):
        town.messages.report(EventReport("judged", school="100001"), Scope("town", frozenset({"clerk"}), "cy"))
    assert waiting(town, case) == []
    assert record(town, "100001") == []


def test_where_two_cases_of_a_process_wait_one_is_named(town: Engine) -> None:
    one, two = (town.cases.start("p", key, school="100001", authority="town") for key in ("one", "two"))
    with pytest.raises(MessageAmbiguous):
        town.messages.report(EventReport("judged", school="100001"), SEO)
    assert town.messages.report(EventReport("judged", school="100001", instance=two), SEO) == [two]
    assert waiting(town, one) == []


def test_a_case_that_moved_on_is_not_told(town: Engine) -> None:
    case = town.cases.start("p", school="100001", authority="town")
    town.messages.report(EventReport("judged", school="100001", instance=case), SEO)
    with pytest.raises(EventNotReportable):
        town.messages.report(EventReport("judged", school="100001", instance=case), SEO)


def test_a_step_that_fails_loses_nothing_of_the_report(town: Engine) -> None:
    deploy(town, STOPS, authority="town")
    town.cases.start("p", school="100001", authority="town")
    with pytest.raises(NoFlowTaken):
        town.messages.report(EventReport("judged", {"grade": "good"}, "100001"), SEO)
    assert record(town, "100001")[0].values == {"grade": "good"}
