"""A case sees its school as the register has it at each step."""

from __future__ import annotations

import pytest

from engine import Config, Engine, queries
from engine.errors import AnswerKept
from tests.engine.running import DAY, Statements, authority, clock_of, deploy, running, task, waiting
from tests.engine.spiff.cases import bpmn, prop

HEADING = b"urn,name,phase,type,trust\n"
COMMUNITY = HEADING + b"100001,Ash Primary,primary,community,\n"
ACADEMY = HEADING + b"100001,Ash Primary,primary,academy,Elm Trust\n"
WAY = "g>b[school.academy] g>c[not(school.academy)] b>e c>e"
TWO_WAYS = (
    '<startEvent id="s"/><exclusiveGateway id="g"/><userTask id="b"/><userTask id="c"/><endEvent id="e"/>'
    '%s<userTask id="a"/>'
)
ASKS = bpmn(TWO_WAYS % "", f"s>a a>g {WAY}")
TIMER = (
    '<intermediateCatchEvent id="t"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>"
)
CALLED = bpmn(TWO_WAYS % "", f"s>a a>g {WAY}", key="inner")
CALLS = bpmn(
    '<startEvent id="s"/><endEvent id="e"/><callActivity id="call" calledElement="inner"><extensionElements>'
    '<camunda:in source="school" target="school"/></extensionElements></callActivity>',
    "s>call call>e",
)


@pytest.fixture
def town(database_url: str) -> Engine:
    engine = running(database_url, config=Config(authorities={"town": authority("town")}))
    engine.schools.import_file(COMMUNITY, "town")
    return engine


def start(engine: Engine, xml: bytes = ASKS) -> int:
    deploy(engine, xml, authority="town")
    return engine.cases.start("p", school="100001", authority="town")


def test_a_step_decides_by_what_the_register_says_now(town: Engine) -> None:
    case = start(town)
    town.schools.import_file(ACADEMY, "town")
    town.tasks.complete(task(town, "a", case))
    assert waiting(town, case) == ["b"]


def test_the_case_keeps_what_the_register_said_at_its_last_step(town: Engine) -> None:
    case = start(town)
    town.schools.import_file(ACADEMY, "town")
    town.tasks.complete(task(town, "a", case))
    assert town.cases.variables(case)["school"]["trust"] == "Elm Trust"


def test_a_timer_s_step_sees_it_too(town: Engine) -> None:
    case = start(town, bpmn(TWO_WAYS % TIMER, f"s>t t>a a>g {WAY}"))
    town.schools.import_file(ACADEMY, "town")
    clock_of(town).advance(DAY)
    town.jobs.run_due()
    assert town.cases.variables(case)["school"]["type"] == "academy"


def test_a_called_process_sees_it_where_it_was_handed_the_school(town: Engine) -> None:
    deploy(town, CALLED, "inner", "town")
    case = start(town, CALLS)
    town.schools.import_file(ACADEMY, "town")
    town.tasks.complete(task(town, "a", case))
    assert waiting(town, case) == ["b"]


def test_the_form_of_an_open_task_sees_it(town: Engine) -> None:
    case = start(town)
    town.schools.import_file(ACADEMY, "town")
    with town.reading() as session:
        assert queries.task(session, task(town, "a", case)).variables["school"]["academy"] is True


def test_the_form_of_a_task_that_has_ended_shows_what_was_seen_then(town: Engine) -> None:
    case = start(town)
    ident = task(town, "a", case)
    town.tasks.complete(ident)
    town.schools.import_file(ACADEMY, "town")
    with town.reading() as session:
        assert queries.task(session, ident).variables["school"]["academy"] is False


def test_a_condition_beside_a_task_that_is_completed_does_not_take_the_answer(town: Engine) -> None:
    beside = (
        '<boundaryEvent id="x" attachedToRef="a"><conditionalEventDefinition><condition>= school.academy</condition>'
        '</conditionalEventDefinition></boundaryEvent><userTask id="d"/>'
    )
    case = start(town, bpmn(TWO_WAYS % beside, f"s>a a>g {WAY} x>d d>e"))
    town.schools.import_file(ACADEMY, "town")
    town.tasks.complete(task(town, "a", case))
    assert waiting(town, case) == ["b"]


def test_a_step_costs_one_statement_for_it_at_most(town: Engine) -> None:
    """Which has whose it is today, too."""
    two = '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
    deploy(town, bpmn(prop(cases="many") + two, "s>a a>b b>e"), authority="town")
    sent = []
    for school in (None, None, "100001"):  # the first fills the cache of definitions
        ident = task(town, "a", town.cases.start("p", school=school, authority="town"))
        with Statements(town) as counted:
            town.tasks.complete(ident)
        sent.append(len(counted.sent))
    assert sent[2] - sent[1] == 1


LISTENS = bpmn(
    '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/><endEvent id="e2"/><userTask id="told"/>'
    '<boundaryEvent id="x" attachedToRef="a"><messageEventDefinition messageRef="m"/></boundaryEvent>',
    "s>a a>e x>told told>e2",
    '<message id="m" name="school-changed"/>',
)
MESSAGE = b'messageEventDefinition messageRef="m"/>'
CONVERTED = HEADING.replace(b"trust", b"status") + b"100001,Ash Primary,primary,community,converted\n"


def undelivered(engine: Engine) -> int:
    with engine.reading() as session:
        return len(queries.undelivered(session))


def changes(engine: Engine, case: int) -> list[dict[str, object]]:
    with engine.reading() as session:
        return [dict(each.fields) for each in queries.instance_detail(session, case).school_changes]


class TestSchoolChanged:
    def test_it_reaches_a_case_that_listens(self, town: Engine) -> None:
        case = start(town, LISTENS)
        town.schools.import_file(ACADEMY, "town")
        town.jobs.run_due()
        assert waiting(town, case) == ["told"]

    def test_it_brings_what_changed(self, town: Engine) -> None:
        case = start(town, LISTENS)
        town.schools.import_file(ACADEMY, "town")
        town.jobs.run_due()
        assert town.cases.variables(case)["changed"] == ["type", "maintained", "trust"]

    def test_it_brings_the_school_before_and_now(self, town: Engine) -> None:
        case = start(town, LISTENS)
        town.schools.import_file(ACADEMY, "town")
        town.jobs.run_due()
        seen = town.cases.variables(case)
        assert (seen["before"]["trust"], seen["now"]["trust"]) == ("", "Elm Trust")

    def test_of_a_case_that_does_not_listen_no_trouble_is_made(self, town: Engine) -> None:
        start(town)
        town.schools.import_file(ACADEMY, "town")
        town.jobs.run_due()
        assert undelivered(town) == 0

    def test_nor_of_one_that_has_moved_on_since(self, town: Engine) -> None:
        case = start(town, LISTENS)
        town.schools.import_file(ACADEMY, "town")
        town.tasks.complete(task(town, "a", case))
        town.jobs.run_due()
        assert undelivered(town) == 0

    def test_what_matters_not_is_not_told(self, town: Engine) -> None:
        case = start(town, LISTENS)
        town.schools.import_file(COMMUNITY.replace(b"Ash Primary", b"Ash Infants"), "town")
        town.jobs.run_due()
        assert waiting(town, case) == ["a"]

    def test_the_same_file_again_tells_nobody(self, town: Engine) -> None:
        start(town, LISTENS)
        town.schools.import_file(ACADEMY, "town")
        assert town.schools.import_file(ACADEMY, "town").touched == ()

    def test_the_report_names_the_live_cases_and_whether_they_are_told(self, town: Engine) -> None:
        start(town, LISTENS)
        deploy(town, bpmn(TWO_WAYS % "", f"s>a a>g {WAY}", key="q"), "q", "town")
        town.cases.start("q", school="100001", authority="town")
        touched = town.schools.import_file(ACADEMY, "town").touched
        assert [(each.instance_id, each.told) for each in touched] == [(1, True), (2, False)]

    def test_the_case_says_what_the_register_changed_whether_or_not_it_listens(self, town: Engine) -> None:
        case = start(town)
        town.schools.import_file(ACADEMY, "town")
        assert changes(town, case)[0]["type"] == ("community", "academy")

    def test_a_case_that_began_later_does_not(self, town: Engine) -> None:
        town.schools.import_file(ACADEMY, "town")
        clock_of(town).advance(DAY)
        assert changes(town, start(town)) == []

    def test_a_head_who_was_not_known_is_no_new_head(self, town: Engine) -> None:
        case = start(town)
        town.schools.import_file(
            COMMUNITY.replace(b"trust", b"headteacher").replace(b"community,", b"community,A Ash"), "town"
        )
        assert changes(town, case) == []

    def test_a_new_head_is(self, town: Engine) -> None:
        case = start(town)
        for head in (b"A Ash", b"B Birch"):
            file = COMMUNITY.replace(b"trust", b"headteacher").replace(b"community,", b"community," + head)
            town.schools.import_file(file, "town")
        assert changes(town, case) == [{"head": ("A Ash", "B Birch")}]

    def test_a_school_that_was_converted_is_maintained_no_longer(self, town: Engine) -> None:
        case = start(town, LISTENS)
        town.schools.import_file(CONVERTED, "town")
        town.jobs.run_due()
        school = town.cases.variables(case)["school"]
        assert (school["status"], school["maintained"], school["academy"]) == ("converted", False, True)

    def test_the_cases_are_held_before_the_school_as_a_step_does_it(self, town: Engine) -> None:
        start(town, LISTENS)
        with Statements(town) as counted:
            town.schools.import_file(ACADEMY, "town")
        tables = [each for each in counted.sent if "FROM process_instance" in each or each.startswith("UPDATE school")]
        assert [each.startswith("UPDATE school") for each in tables[:2]] == [False, True]

    def test_a_condition_about_the_school_is_looked_at_without_anybody_listening(self, town: Engine) -> None:
        case = start(
            town,
            LISTENS.replace(
                MESSAGE,
                b"conditionalEventDefinition><bpmn:condition>= not(school.maintained)</bpmn:condition></bpmn:conditionalEventDefinition>",
            ),
        )
        town.schools.import_file(ACADEMY, "town")
        town.jobs.run_due()
        assert waiting(town, case) == ["told"]


NOTICE = (
    '<startEvent id="s"/><userTask id="a"/><endEvent id="e"/><userTask id="notice" name="Warning notice">'
    + prop(onlyWhen="= school.maintained")
    + "</userTask>"
)
GUARDED = bpmn(NOTICE, "s>a a>notice notice>e")


def incidents(engine: Engine) -> list[tuple[str, str]]:
    with engine.reading() as session:
        return [(each.element, each.message) for each in queries.incidents(session)]


class TestOnlyWhen:
    def test_a_step_that_is_lawful_is_taken(self, town: Engine) -> None:
        case = start(town, GUARDED)
        town.tasks.complete(task(town, "a", case))
        assert waiting(town, case) == ["notice"]

    def test_one_that_is_not_by_the_school_as_it_is_now_is_not_taken(self, town: Engine) -> None:
        case = start(town, GUARDED)
        town.schools.import_file(ACADEMY, "town")
        with pytest.raises(AnswerKept):
            town.tasks.complete(task(town, "a", case))
        assert waiting(town, case) == ["a"]

    def test_the_incident_names_the_element_and_the_condition(self, town: Engine) -> None:
        case = start(town, GUARDED)
        town.schools.import_file(ACADEMY, "town")
        with pytest.raises(AnswerKept):
            town.tasks.complete(task(town, "a", case))
        [(element, message)] = incidents(town)
        said = 'This school is an academy now: "Warning notice" is only for where school.maintained'
        assert (element, message.startswith(said)) == ("notice", True)

    def test_a_task_that_was_asked_before_is_not_completed_after(self, town: Engine) -> None:
        case = start(town, GUARDED)
        town.tasks.complete(task(town, "a", case))
        town.schools.import_file(ACADEMY, "town")
        with pytest.raises(AnswerKept):
            town.tasks.complete(task(town, "notice", case))
        assert waiting(town, case) == ["notice"]

    def test_the_answer_is_given_again_when_the_register_is_put_right(self, town: Engine) -> None:
        case = start(town, GUARDED)
        town.schools.import_file(ACADEMY, "town")
        with pytest.raises(AnswerKept):
            town.tasks.complete(task(town, "a", case), {"said": "yes"})
        town.schools.import_file(COMMUNITY, "town")
        with town.reading() as session:
            [incident] = queries.incidents(session)
        town.jobs.retry(incident.id)
        town.jobs.run_due()
        assert (waiting(town, case), town.cases.variables(case)["said"]) == (["notice"], "yes")

    def test_an_event_is_guarded_too(self, town: Engine) -> None:
        guard = prop(onlyWhen="= school.maintained")
        sent = f'<startEvent id="s"/><userTask id="a"/><endEvent id="e">{guard}</endEvent>'
        case = start(town, bpmn(sent, "s>a a>e"))
        town.schools.import_file(ACADEMY, "town")
        with pytest.raises(AnswerKept):
            town.tasks.complete(task(town, "a", case))
        assert incidents(town)[0][0] == "e"
