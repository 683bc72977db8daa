"""A process for many schools: a case a school, by a timer or one click; categories; and reports drawn from live cases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from engine import Engine, Scope, queries
from engine.errors import AnswerKept, NotForSchools, SchoolNotFound
from engine.queries import BatchRow
from engine.store.tables import School
from tests.engine.running import DAY, MESSAGES, Statements, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

HEAD = "urn,name,phase,type,link_adviser,category\n"
SCHOOLS = HEAD + "".join(
    f"1000{n:02},School {n:02},primary,{'community' if n % 2 else 'academy'},Ada,low\n" for n in range(1, 7)
)


def inputs(**given: str) -> str:
    inner = "".join(
        f'<camunda:inputParameter name="{name}">{text}</camunda:inputParameter>' for name, text in given.items()
    )
    return f"<extensionElements><camunda:inputOutput>{inner}</camunda:inputOutput></extensionElements>"


YEARLY = "<timerEventDefinition><timeCycle>every 1 September</timeCycle></timerEventDefinition>"
#: Each September, a case for each maintained school, and for any school by hand; its category is then set.
REVIEW = bpmn(
    f'<startEvent id="hand"/><startEvent id="yearly">{prop(forEach="school", forEachWhen="= school.maintained")}'
    f"{YEARLY}</startEvent>"
    '<exclusiveGateway id="m"/><userTask id="a" name="Assess"/><serviceTask id="c" camunda:type="external" '
    f'camunda:topic="category">{inputs(category="= risk", reason="The yearly assessment")}</serviceTask><endEvent id="e"/>',
    "hand>m yearly>m m>a a>c c>e",
)
REPORT = bpmn(
    '<startEvent id="s"/><serviceTask id="l" camunda:type="external" camunda:topic="live-cases" '
    f'camunda:resultVariable="found">{inputs(process="p")}</serviceTask><userTask id="r"/><endEvent id="e"/>',
    "s>l l>r r>e",
).replace(b'process id="p"', b'process id="report"')


@pytest.fixture
def engine(database_url: str) -> Engine:
    made = running(database_url)
    made.create_schema()
    made.schools.import_file(SCHOOLS.encode(), "")
    return made


def skipped(engine: Engine, number: int) -> list[tuple[str, str]]:
    with engine.reading() as session:
        return [(row.urn, row.why) for row in queries.skipped(session, number)]


def batch(engine: Engine, number: int = 1) -> BatchRow:
    with engine.reading() as session:
        return queries.batch(session, number)


def urns(engine: Engine) -> list[str | None]:
    with engine.reading() as session:
        return sorted(row.school_urn or "" for row in queries.instances(session).items)


def test_the_timer_starts_a_case_for_each_school_that_it_is_for(engine: Engine) -> None:
    deploy(engine, REVIEW)
    clock_of(engine).advance(360 * DAY)
    assert engine.jobs.run_due() == 1 + 3
    assert urns(engine) == ["100001", "100003", "100005"]
    row = batch(engine)
    assert (row.total, row.started, row.skipped, row.failed, row.done) == (3, 3, 0, 0, True)
    assert engine.jobs.run_due() == 0


def test_one_click_for_some_and_again_without_doubling(engine: Engine) -> None:
    deploy(engine, REVIEW)
    first = engine.batches.start("p", {"reason": "asked"}, urns=["100001", "100002"], by="seo", element="yearly")
    row = batch(engine, first)
    assert (row.total, row.waiting, row.skipped) == (2, 1, 1)
    assert skipped(engine, first) == [("100002", "It is not among the schools that this start is for.")]
    engine.jobs.run_due()
    again = engine.batches.start("p", urns=["100001", "100002"], by="seo")
    assert skipped(engine, again) == [("100001", "It has an open case of this process.")]
    engine.jobs.run_due()
    assert urns(engine) == ["100001", "100002"]
    assert engine.cases.variables(1)["reason"] == "asked"
    assert engine.cases.variables(1)["school"]["link_adviser"] == "Ada"
    assert engine.cases.get(1).started_by == "seo"


def test_sent_twice_it_is_one_round(engine: Engine) -> None:
    deploy(engine, REVIEW)
    first = engine.batches.start("p", urns=["100001"], by="seo", run_id="a click")
    engine.jobs.run_due()
    engine.tasks.complete(task(engine, "a", 1), {"risk": "low"})
    assert engine.batches.start("p", urns=["100001", "100003"], by="seo", run_id="a click") == first
    assert engine.jobs.run_due() == 0
    assert urns(engine) == ["100001"]
    other = engine.batches.start("p", urns=["100001"], by="seo", run_id="another click")
    assert (batch(engine, other).total, batch(engine, other).skipped) == (1, 0)


def test_sent_twice_at_the_same_moment_it_is_one_round(database_url: str, engine: Engine) -> None:
    deploy(engine, REVIEW)
    engines = [running(database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda each: each.batches.start("p", by="seo", run_id="a click"), engines))
    assert len(set(found)) == 1
    assert batch(engine, found[0]).waiting == 6
    for each in engines:
        each.dispose()


def test_only_a_school_of_the_register(engine: Engine) -> None:
    deploy(engine, REVIEW)
    with pytest.raises(SchoolNotFound, match="999999"):
        engine.batches.start("p", urns=["100001", "999999"], by="seo")


def test_a_process_that_only_a_timer_starts_can_be_started_for_many_too(engine: Engine) -> None:
    timed = f'<startEvent id="s">{prop(forEach="school", forEachWhen="= school.maintained")}{YEARLY}</startEvent>'
    deploy(engine, bpmn(f'{timed}<userTask id="a"/><endEvent id="e"/>', "s>a a>e"))
    engine.batches.start("p", by="seo")
    engine.jobs.run_due()
    assert urns(engine) == ["100001", "100003", "100005"]


def test_two_rounds_under_way_give_a_school_one_case(engine: Engine) -> None:
    deploy(engine, REVIEW)
    both = [engine.batches.start("p", by="seo") for _ in range(2)]
    engine.jobs.run_due()
    assert len(urns(engine)) == 6
    assert sorted((batch(engine, each).started, batch(engine, each).skipped) for each in both) == [(0, 6), (6, 0)]


def test_a_school_whose_case_cannot_begin_holds_no_other_up(engine: Engine) -> None:
    broken = REVIEW.replace(
        b'id="a" name="Assess"',
        b'id="a" name="Assess" camunda:dueDate="= if school.urn = &quot;100003&quot; then 5 else &quot;5 days&quot;"',
    )
    deploy(engine, broken)
    number = engine.batches.start("p", by="seo")
    for _ in range(4):
        engine.jobs.run_due()
        clock_of(engine).advance(timedelta(minutes=2))
    row = batch(engine, number)
    assert (row.started, row.failed, row.done) == (5, 1, True)
    with engine.reading() as session:
        [failed] = queries.failed(session, number)
        [incident] = queries.incidents(session)
    assert (failed.urn, failed.school_name, failed.incident_id) == ("100003", "School 03", incident.id)
    assert incident.message == f"“p” could not begin for School 03. {failed.message}"
    assert incident.retriable
    engine.jobs.retry(incident.id, by="mo")
    row = batch(engine, number)
    assert (row.waiting, row.failed, row.done) == (1, 0, False)


def test_a_process_that_is_not_for_schools_is_not_started_for_many(engine: Engine) -> None:
    deploy(engine, bpmn('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/>', "s>a a>e"))
    with pytest.raises(NotForSchools):
        engine.batches.start("p", by="seo")


def test_a_category_is_set_and_kept_in_the_school_s_history(engine: Engine) -> None:
    deploy(engine, REVIEW)
    for risk in ("high", "medium"):
        case = engine.cases.start("p", school="100001")
        engine.tasks.complete(task(engine, "a", case), {"risk": risk})
        assert engine.cases.variables(case)["school"]["category"] == risk
    with engine.reading() as session:
        assert queries.school(session, "100001").category == "medium"
        assert [(row.category, row.reason) for row in queries.categories(session, "100001")] == [
            ("medium", "The yearly assessment"),
            ("high", "The yearly assessment"),
            ("low", "It stood in the file of the register."),
        ]
    assert engine.schools.import_file(SCHOOLS.encode(), "").unchanged == 6, "an import does not undo what was decided"
    case = engine.cases.start("p")
    with pytest.raises(AnswerKept, match="this case is not for a school"):
        engine.tasks.complete(task(engine, "a", case), {"risk": "high"})


def test_a_report_lists_the_live_cases_of_a_process(engine: Engine) -> None:
    deploy(engine, REVIEW.replace(b'name="Assess"', b'name="Assess" camunda:dueDate="5 days"'))
    deploy(engine, REPORT, "report")
    for urn in ("100002", "100001"):
        engine.cases.start("p", school=urn)
    clock_of(engine).advance(6 * DAY)
    engine.cases.start("p", school="100003")
    engine.tasks.complete(task(engine, "a", 2), {"risk": "low"})
    report = engine.cases.start("report")
    assert engine.cases.variables(report)["found"] == [
        {"urn": "100002", "school": "School 02", "since": "2026-09-07", "waiting": ["Assess"], "overdue": 1},
        {"urn": "100003", "school": "School 03", "since": "2026-09-13", "waiting": ["Assess"], "overdue": 0},
    ]


def live(engine: Engine) -> list[dict[str, Any]]:
    with engine.reading() as session:
        return queries.live_cases(session, "", "p", engine.clock.now())


def test_a_case_waits_for_what_its_tokens_stand_at(engine: Engine) -> None:
    """Not for a boundary timer, nor at the join of what goes on beside it; a timer in the flow and a message count."""
    deploy(
        engine,
        bpmn(
            '<startEvent id="s"/><parallelGateway id="f"/><userTask id="a" name="Assess"/><manualTask id="m"/>'
            '<parallelGateway id="j"/><intermediateCatchEvent id="w" name="The term ends"><timerEventDefinition>'
            "<timeDuration>P9D</timeDuration></timerEventDefinition></intermediateCatchEvent>"
            '<receiveTask id="r" name="The head answers" messageRef="m1"/><endEvent id="e"/><endEvent id="e2"/>'
            '<boundaryEvent id="b" name="Late" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
            "<timeDuration>P5D</timeDuration></timerEventDefinition></boundaryEvent>",
            "s>f f>a f>m f>w f>r a>j m>j w>j r>j j>e b>e2",
            MESSAGES,
        ),
    )
    engine.cases.start("p", school="100001")
    engine.cases.start("p", "no school of ours")
    first, second = live(engine)
    assert sorted(first["waiting"]) == ["Assess", "The head answers", "The term ends"]
    assert (first["school"], second["school"], second["urn"]) == ("School 01", "no school of ours", "")


def test_however_many_cases_it_is_three_statements(engine: Engine) -> None:
    deploy(engine, REVIEW)
    sent = []
    for urn in ("100001", "100002", "100003"):
        engine.cases.start("p", school=urn)
        live(engine)
        with Statements(engine) as counted:
            live(engine)
        sent.append(len(counted.sent))
    assert sent == [2, 2, 2], "the definitions' names are kept in mind"


def test_a_case_of_a_summer_evening_is_since_that_day_here(engine: Engine) -> None:
    deploy(engine, REVIEW)
    clock_of(engine).set(datetime(2027, 7, 1, 23, 30, tzinfo=UTC))
    engine.cases.start("p", school="100001")
    assert live(engine)[0]["since"] == "2027-07-02"


def test_a_process_started_by_a_message_is_for_the_school_that_it_names(engine: Engine) -> None:
    thrower = bpmn(
        '<startEvent id="s"/><endEvent id="e"><messageEventDefinition messageRef="m"/></endEvent>',
        "s>e",
        '<message id="m" name="high-risk"/>',
    ).replace(b'process id="p"', b'process id="thrower"')
    catcher = bpmn(
        '<startEvent id="s"><messageEventDefinition messageRef="m"/></startEvent><userTask id="a"/><endEvent id="e"/>',
        "s>a a>e",
        '<message id="m" name="high-risk"/>',
    )
    deploy(engine, thrower, "thrower")
    deploy(engine, catcher)
    engine.cases.start("thrower", school="100004")
    engine.jobs.run_due()
    assert engine.cases.variables(2)["school"]["name"] == "School 04"


def test_a_school_that_has_closed_gets_no_case(engine: Engine) -> None:
    deploy(engine, REVIEW)
    under_way = engine.batches.start("p", urns=["100001", "100003"], by="seo")
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.execute(update(School).where(School.urn.in_(["100001", "100002"])).values(closed=True))
    engine.jobs.run_due()
    named = engine.batches.start("p", urns=["100001", "100004"], by="seo")
    everyone = engine.batches.start("p", by="seo")
    engine.jobs.run_due()
    assert [skipped(engine, each) for each in (under_way, named, everyone)] == [
        [("100001", "It has closed.")],
        [("100001", "It has closed.")],
        [("100003", "It has an open case of this process."), ("100004", "It has an open case of this process.")],
    ]
    assert urns(engine) == ["100003", "100004", "100005", "100006"]


def test_schools_whose_case_had_not_begun_when_the_process_was_retired_are_passed_over(engine: Engine) -> None:
    deploy(engine, REVIEW)
    begun = engine.batches.start("p", urns=["100001", "100002"])
    engine.deployments.retire("p", "It is over.", Scope("", frozenset(), "owner"))
    engine.jobs.run_due()
    assert skipped(engine, begun) == [("100001", "The process was retired."), ("100002", "The process was retired.")]
    assert engine.tasks.open() == []
