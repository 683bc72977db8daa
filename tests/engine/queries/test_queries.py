"""What people look at: inbox, lists, a case live, its history; and that none of it grows with what is finished."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from engine import Engine, Scope, queries
from engine.errors import DefinitionNotFound, InstanceNotFound, TaskNotFound
from engine.queries import InboxFilters, InstanceFilters
from tests.engine.running import DAY, LATER, LOOP, NOW, REMINDED, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

SEO = Scope("town", frozenset({"seo"}), "sam")
BOTH = Scope("town", frozenset({"seo", "head"}), "bo")
CLERK = Scope("town", frozenset({"clerk"}), "cleo")
SCHOOLS = b"urn,name,phase,type\n100001,Sampleby,primary,community\n100002,Madeup Lane,primary,academy\n"
WITH_DATES = bpmn(
    prop(cases="many")
    + '<startEvent id="s"/><userTask id="a" name="Look" camunda:candidateGroups="seo" camunda:dueDate="= due"/>'
    '<userTask id="b" camunda:candidateGroups="head"/><endEvent id="e"/>',
    "s>a a>b b>e",
    key="dated",
)
OUTER = bpmn(
    f'<startEvent id="s"/><userTask id="a"/><callActivity id="c" name="Stage 2" calledElement="inner"/>'
    '<endEvent id="e"/>'
    f'<textAnnotation id="n"/><boundaryEvent id="t" attachedToRef="c" cancelActivity="false">{prop(clause="X-1 X-2")}'
    "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>"
    '<task id="r"/><endEvent id="e2"/>',
    "s>a a>c c>e t>r r>e2",
    key="outer",
).replace(b'<bpmn:textAnnotation id="n"/>', b"")
MANY = (
    b"<bpmn:extensionElements><camunda:properties>"
    b'<camunda:property name="cases" value="many"/></camunda:properties></bpmn:extensionElements>'
)
INNER = bpmn('<startEvent id="s"/><userTask id="a" name="Meet"/><endEvent id="e"/>', "s>a a>e", key="inner")


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url)
    engine.schools.import_file(SCHOOLS, "town")
    deploy(engine, WITH_DATES, "dated", "town")
    deploy(engine, REMINDED.replace(b'isExecutable="true">', b'isExecutable="true">' + MANY), authority="town")
    return engine


def start(engine: Engine, due: str | None, school: str = "100001", key: str = "dated") -> int:
    return engine.cases.start(key, variables={"due": due} if due else {}, by=SEO, school=school)


class TestInbox:
    def test_the_earliest_due_comes_first_and_tasks_without_a_date_last(self, engine: Engine) -> None:
        for due in ("P9D", None, "P2D", "P5D"):
            start(engine, due, key="dated" if due else "p")
        with engine.reading(SEO) as session:
            page = queries.inbox(session, SEO)
        assert [t.instance_id for t in page.items] == [3, 4, 1, 2]
        assert (page.total, page.more, page.items[0].name, page.items[0].school_name) == (4, False, "Look", "Sampleby")

    def test_pages_follow_each_other_without_gap_or_double(self, engine: Engine) -> None:
        for number in range(11):
            start(engine, f"P{number % 3 + 1}D")
        with engine.reading(SEO) as session:
            pages = [queries.inbox(session, SEO, page=number, per_page=4) for number in (1, 2, 3, 4)]
        assert [len(page.items) for page in pages] == [4, 4, 3, 0]
        assert [page.more for page in pages] == [True, True, False, False]
        assert len({t.id for page in pages for t in page.items}) == 11

    def test_a_task_of_two_roles_is_there_once(self, engine: Engine) -> None:
        start(engine, None, key="p")
        with engine.reading(BOTH) as session:
            page = queries.inbox(session, BOTH)
        assert (len(page.items), page.total, page.items[0].roles) == (1, 1, ("seo", "head"))

    def test_only_my_roles_and_my_own(self, engine: Engine) -> None:
        first = start(engine, "P1D")
        start(engine, "P2D")
        engine.tasks.claim(task(engine, "a", first), SEO)
        with engine.reading(SEO) as session:
            assert [t.instance_id for t in queries.inbox(session, SEO, InboxFilters(mine=True)).items] == [first]
            assert [t.instance_id for t in queries.inbox(session, SEO, InboxFilters(unclaimed=True)).items] == [2]
            assert (queries.counts(session, SEO).tasks, queries.counts(session, SEO).mine) == (2, 1)
        with engine.reading(CLERK) as session:
            assert queries.inbox(session, CLERK).items == ()

    def test_filters_narrow(self, engine: Engine) -> None:
        start(engine, "P1D", "100001")
        start(engine, "P3D", "100002")
        start(engine, None, "100002", "p")
        with engine.reading(SEO) as session:
            for filters, found in (
                (InboxFilters(school="100002"), [2, 3]),
                (InboxFilters(process="p"), [3]),
                (InboxFilters(text="madeup"), [2, 3]),
                (InboxFilters(text="100001"), [1]),
                (InboxFilters(text="100%"), []),
                (InboxFilters(due_before=NOW + 2 * DAY), [1]),
            ):
                page = queries.inbox(session, SEO, filters)
                assert ([t.instance_id for t in page.items], page.total) == (found, len(found))

    def test_a_finished_task_is_gone_from_it_but_can_be_read(self, engine: Engine) -> None:
        ident = task(engine, "a", start(engine, "P1D"))
        engine.tasks.complete(ident, {"x": 1}, by=SEO)
        with engine.reading(SEO) as session:
            assert queries.inbox(session, SEO).items == ()
            assert queries.task(session, ident).row.status == "completed"
            with pytest.raises(TaskNotFound):
                queries.task(session, 99)


class TestCases:
    def test_lists_filter_and_page(self, engine: Engine) -> None:
        for school in ("100001", "100002", "100002"):
            start(engine, "P1D", school)
        start(engine, None, "100001", "p")
        engine.cases.cancel(2, "mistake", SEO)
        with engine.reading(SEO) as session:
            for filters, found in (
                (None, [4, 3, 2, 1]),
                (InstanceFilters(school="100002"), [3, 2]),
                (InstanceFilters(process="dated", status="active"), [3, 1]),
                (InstanceFilters(status="cancelled"), [2]),
                (InstanceFilters(text="100001"), [4, 1]),
                (InstanceFilters(troubled=True), []),
            ):
                page = queries.instances(session, filters)
                assert ([row.id for row in page.items], page.total) == (found, len(found))
            page = queries.instances(session, page=2, per_page=3)
            assert ([row.id for row in page.items], page.more) == ([1], False)
            assert page.items[0].at == ("Look",)

    def test_a_case_live(self, engine: Engine) -> None:
        engine.deployments.deploy({"outer.bpmn": OUTER, "inner.bpmn": INNER}, "town", strict=False)
        case = engine.cases.start("outer", by=SEO)
        engine.tasks.complete(task(engine, "a", case), {"x": 1}, by=SEO)
        with engine.reading(SEO) as session:
            detail = queries.instance_detail(session, case)
        outer, inner = detail.diagrams
        assert (outer.key, outer.active, outer.completed, outer.flows) == (
            "outer",
            ("c",),
            ("a", "s"),
            ("f_a_c", "f_s_a"),
        )
        assert (inner.key, inner.active, inner.completed) == ("inner", ("a",), ("s",))
        assert [t.name for t in detail.tasks] == ["Meet"]
        assert [(t.element, t.due) for t in detail.timers] == [("t", NOW + DAY)]
        assert detail.variables == {"x": 1}
        assert [line.element for line in detail.history] == ["s", "a", "s", ""]
        assert (detail.history[1].task_id, detail.history[1].by) == (2 if detail.tasks[0].id == 3 else 1, "sam")
        assert not detail.more_history

    def test_a_story_is_read_in_pages(self, engine: Engine) -> None:
        deploy(engine, LOOP, authority="town")
        case = engine.cases.start("p", by=SEO)
        for _ in range(40):
            engine.tasks.complete(task(engine, "a", case), {"again": True}, by=SEO)
        with engine.reading(SEO) as session:
            detail = queries.instance_detail(session, case)
            older = queries.timeline(session, case, before=detail.history[-1].seq)
            every = [*detail.history, *older]
        assert detail.more_history
        assert [line.seq for line in every] == list(range(len(every), 0, -1))
        assert len(every) == 2 + 80

    def test_unknown_ones(self, engine: Engine) -> None:
        with engine.reading(SEO) as session:
            for call in (queries.instance, queries.instance_detail, queries.variables):
                with pytest.raises(InstanceNotFound):
                    call(session, 99)
            with pytest.raises(DefinitionNotFound):
                queries.definition_xml(session, 99)
            assert queries.timeline(session, 99) == []


def test_definitions_and_their_files(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        rows = queries.definitions(session)
        assert [(row.key, row.version, row.startable, row.deployed_by) for row in rows] == [
            ("dated", 1, True, "owner"),
            ("p", 1, True, "owner"),
        ]
        assert queries.definition_xml(session, rows[0].id) == WITH_DATES
        assert queries.latest_definition(session, "p").id == rows[1].id
        assert [each.processes for each in queries.deployments(session)] == [("p 1",), ("dated 1",)]
    with engine.reading(Scope("village")) as session:
        assert queries.definitions(session) == []


def test_what_falls_due_between_two_days(engine: Engine) -> None:
    deploy(engine, LATER, authority="town")
    start(engine, None, "100002", "p")
    clock_of(engine).advance(timedelta(days=10))
    start(engine, None, key="p")
    with engine.reading(SEO) as session:
        found = queries.timers(session, start=NOW + 5 * DAY, end=NOW + 20 * DAY)
    assert [(each.instance_id, each.due, each.school_name) for each in found] == [(2, NOW + 11 * DAY, "Sampleby")]


def test_schools_are_found_by_name_and_urn(engine: Engine) -> None:
    with engine.reading(SEO) as session:
        assert [s.name for s in queries.schools(session)] == ["Madeup Lane", "Sampleby"]
        assert [s.urn for s in queries.schools(session, "sample")] == ["100001"]
        assert [s.urn for s in queries.schools(session, "100002")] == ["100002"]


def test_the_inbox_walks_the_index_of_open_tasks(engine: Engine) -> None:
    """However many are finished: the plan names the partial index, and sorts no table."""
    start(engine, "P1D")
    seen: list[tuple[str, object]] = []
    database = engine.database._open()
    event.listen(database, "before_cursor_execute", lambda *given: seen.append((given[2], given[3])))
    with engine.reading(SEO) as session:
        queries.inbox(session, SEO)
        explain = "EXPLAIN QUERY PLAN " if database.dialect.name == "sqlite" else "EXPLAIN "
        statement, parameters = seen[0]
        connection = session.connection()
        if database.dialect.name == "postgresql":
            connection.exec_driver_sql("SET enable_seqscan = off")
        plan = "\n".join(str(row) for row in connection.exec_driver_sql(explain + statement, parameters))  # type: ignore[arg-type]
    assert "ix_user_task_role_inbox" in plan
    assert "ix_user_task_open_assignee" in plan
