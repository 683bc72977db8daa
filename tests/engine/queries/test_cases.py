"""Lists of cases, sorted by what falls due next, and narrowed to what is late."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine import Engine, Scope, queries
from engine.queries import InstanceFilters, InstanceRow
from tests.engine.running import DAY, NOW, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

SEO = Scope("town", frozenset({"seo"}), "sam")
SCHOOLS = b"urn,name,phase,type\n100001,Sampleby,primary,community\n100002,Madeup Lane,primary,academy\n"
#: A task with a date of its own (or none), and beside it a timer where one is wanted.
DATED = bpmn(
    prop(cases="many")
    + '<startEvent id="s"/><userTask id="a" name="Look" camunda:candidateGroups="seo" camunda:dueDate="= due"/>'
    '<boundaryEvent id="t" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
    "<timeDuration>= remind</timeDuration></timerEventDefinition></boundaryEvent>"
    '<task id="r"/><endEvent id="e"/><endEvent id="e2"/>',
    "s>a a>e t>r r>e2",
    key="dated",
)
PLAIN = bpmn(
    prop(cases="many") + '<startEvent id="s"/><userTask id="a" name="Talk"/><endEvent id="e"/>', "s>a a>e", key="plain"
)
OUTER = bpmn(
    '<startEvent id="s"/><callActivity id="c" name="Stage 1" calledElement="plain"/><endEvent id="e"/>',
    "s>c c>e",
    key="outer",
)


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url)
    engine.schools.import_file(SCHOOLS, "town")
    for key, xml in (("dated", DATED), ("plain", PLAIN), ("outer", OUTER)):
        deploy(engine, xml, key, "town")
    return engine


def dated(engine: Engine, due: int, remind: int) -> int:
    """A case with a task due after so many days, and a timer."""
    variables = {"due": f"P{due}D", "remind": f"P{remind}D"}
    return engine.cases.start("dated", variables=variables, by=SEO, school="100001")


def listed(engine: Engine, filters: InstanceFilters | None = None, sort: str = "newest") -> list[InstanceRow]:
    with engine.reading(SEO) as session:
        return list(queries.instances(session, filters, sort=sort, now=engine.clock.now()).items)


def test_what_falls_due_next_comes_first_task_or_timer_and_what_has_no_date_last(engine: Engine) -> None:
    plain = engine.cases.start("plain", by=SEO)
    by_task, by_timer, both = dated(engine, 2, 9), dated(engine, 9, 1), dated(engine, 3, 3)
    assert [row.id for row in listed(engine, sort="next")] == [by_timer, by_task, both, plain]


def test_pages_of_it_follow_each_other_without_gap_or_double(engine: Engine) -> None:
    for number in range(9):
        dated(engine, number % 4 + 1, number % 3 + 1)
        engine.cases.start("plain", by=SEO)
    whole = [row.id for row in listed(engine, sort="next")]
    with engine.reading(SEO) as session:
        pages = [queries.instances(session, None, number, 4, sort="next") for number in range(1, 7)]
    assert [row.id for page in pages for row in page.items] == whole
    assert len(set(whole)) == 18


def test_a_row_says_whom_it_waits_for_until_when_and_since(engine: Engine) -> None:
    case = dated(engine, 2, 9)
    clock_of(engine).set(NOW + 5 * DAY)
    [row] = listed(engine)
    assert (row.id, row.at, row.roles, row.assignees, row.late) == (case, ("Look",), ("seo",), (), True)
    assert row.since == NOW
    assert isinstance(row.next_due, datetime)


def test_inside_a_called_process_it_stands_at_its_stage_since_that_began(engine: Engine) -> None:
    case = engine.cases.start("outer", by=SEO)
    [row] = listed(engine)
    assert row.at == ("Stage 1", "Talk")
    assert row.since == NOW
    assert [found.id for found in listed(engine, InstanceFilters(stage="plain"))] == [case]
    assert listed(engine, InstanceFilters(process="plain", stage="plain")) == []


#: Two branches: of one the task waits for the other's date, which a gateway holds them both for.
JOINING = bpmn(
    '<startEvent id="s"/><parallelGateway id="split"/><userTask id="a" name="Report"/><userTask id="b" name="Read"/>'
    '<intermediateCatchEvent id="t" name="Day of the meeting"><timerEventDefinition><timeDuration>P9D</timeDuration>'
    '</timerEventDefinition></intermediateCatchEvent><parallelGateway id="all_in"/><endEvent id="e"/>',
    "s>split split>a split>b split>t a>all_in b>all_in t>all_in all_in>e",
    key="joining",
)


def test_it_stands_at_its_tasks_and_at_no_gateway_or_date_beside_them(engine: Engine) -> None:
    deploy(engine, JOINING, "joining", "town")
    case = engine.cases.start("joining", by=SEO)
    engine.tasks.complete(task(engine, "b", case), {}, by=SEO)
    [row] = listed(engine)
    assert row.at == ("Report",)


def test_where_no_task_waits_it_stands_at_the_date_that_it_waits_for(engine: Engine) -> None:
    deploy(engine, JOINING, "joining", "town")
    case = engine.cases.start("joining", by=SEO)
    for element in ("a", "b"):
        engine.tasks.complete(task(engine, element, case), {}, by=SEO)
    [row] = listed(engine)
    assert row.at == ("Day of the meeting",)


def test_late_is_what_has_a_task_whose_day_is_over(engine: Engine) -> None:
    late = dated(engine, 2, 9)
    dated(engine, 20, 9)
    clock_of(engine).set(NOW + 3 * DAY)
    assert [row.id for row in listed(engine, InstanceFilters(late_at=engine.clock.now()))] == [late]


def test_what_is_due_before_a_moment_is_a_task_or_a_timer(engine: Engine) -> None:
    first, second = dated(engine, 2, 30), dated(engine, 30, 2)
    dated(engine, 30, 30)
    found = listed(engine, InstanceFilters(due_before=NOW + 5 * DAY))
    assert sorted(row.id for row in found) == [first, second]


def test_the_stages_of_a_process_are_its_called_processes_and_its_steps(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        found = [(stage.name, stage.called) for stage in queries.stages(session, "outer")]
    assert [called for _, called in found] == [True, False]
    assert found[1] == ("Talk", False)


def test_a_person_s_open_tasks_find_their_cases(engine: Engine) -> None:
    mine, _ = dated(engine, 2, 9), dated(engine, 2, 9)
    engine.tasks.claim(task(engine, "a", mine), by=SEO)
    found = listed(engine, InstanceFilters(text="Sam Example", people=("sam",)))
    assert [row.id for row in found] == [mine]
