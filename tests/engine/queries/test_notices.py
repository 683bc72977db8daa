"""What people are told inside the app: each occasion once a person, read or not, and late tasks apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine import Config, Engine, Scope, queries
from engine.errors import GivenRefused, NoticeNotFound
from engine.queries import NotificationRow
from engine.queries.notices import LATE, OTHER
from tests.engine.running import authority, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn

TOLD = bpmn(
    '<startEvent id="s"/><sendTask id="n" camunda:type="external" camunda:topic="notify"><extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="to">seo, head</camunda:inputParameter>'
    '<camunda:inputParameter name="subject">= "Notice " + string(x)</camunda:inputParameter>'
    '<camunda:inputParameter name="text">Look at it.</camunda:inputParameter>'
    "</camunda:inputOutput></extensionElements></sendTask>"
    '<userTask id="a" name="Report" camunda:candidateGroups="seo,head" camunda:dueDate="5 working days"/><endEvent id="e"/>',
    "s>n n>a a>e",
)
BOTH = Scope("town", frozenset({"seo", "head"}), "sam")
HEAD, CLERK = Scope("town", frozenset({"head"}), "hal"), Scope("town", frozenset({"clerk"}), "cleo")


@pytest.fixture
def engine(database_url: str) -> Engine:
    """Thirty cases, each of which told two roles something."""
    engine = running(database_url, config=Config(authorities={"town": authority("town")}))
    deploy(engine, TOLD, authority="town")
    for number in range(30):
        engine.cases.start("p", authority="town", variables={"x": number})
    return engine


def told(engine: Engine, scope: Scope, kind: str = OTHER, unread: bool = False, page: int = 1) -> list[NotificationRow]:
    with engine.reading(scope) as session:
        return list(queries.notices(session, scope, kind, unread=unread, page=page).items)


def subjects(rows: list[NotificationRow]) -> list[str]:
    return [row.subject for row in rows]


def test_who_holds_both_roles_is_told_once(engine: Engine) -> None:
    seen = subjects(told(engine, BOTH)) + subjects(told(engine, BOTH, page=2))
    assert seen == [f"Notice {number}" for number in range(29, -1, -1)]
    with engine.reading(BOTH) as session:
        assert queries.notices(session, BOTH).total == 30


def test_nothing_past_the_first_page_is_out_of_reach(engine: Engine) -> None:
    assert len(told(engine, HEAD)) == 25
    assert subjects(told(engine, HEAD, page=2)) == [f"Notice {number}" for number in range(4, -1, -1)]
    assert told(engine, HEAD, page=3) == []


def test_others_are_told_nothing(engine: Engine) -> None:
    assert told(engine, CLERK) == []
    with pytest.raises(NoticeNotFound):
        engine.notices.read(told(engine, HEAD)[0].id, CLERK)
    with pytest.raises(NoticeNotFound):
        engine.notices.read(told(engine, HEAD)[0].id, Scope("village", frozenset({"head"}), "vic"))


def test_what_is_read_is_read_in_each_role_and_by_nobody_else(engine: Engine) -> None:
    first = told(engine, BOTH)[0]
    assert not first.read
    engine.notices.read(first.id, BOTH)
    engine.notices.read(first.id, BOTH)
    assert told(engine, BOTH)[0].read
    assert subjects(told(engine, BOTH, unread=True))[0] == "Notice 28"
    assert subjects(told(engine, HEAD, unread=True))[0] == "Notice 29"


def test_all_are_read_at_once_and_what_comes_after_is_new(engine: Engine) -> None:
    engine.notices.read_all(OTHER, BOTH)
    assert told(engine, BOTH, unread=True) == []
    engine.cases.start("p", authority="town", variables={"x": 30})
    assert subjects(told(engine, BOTH, unread=True)) == ["Notice 30"]


class TestLate:
    @pytest.fixture
    def late(self, engine: Engine) -> Engine:
        clock_of(engine).set(datetime(2026, 9, 15, 7, 0, tzinfo=UTC))
        engine.jobs.tell_late()
        return engine

    def test_late_tasks_crowd_out_nothing_else(self, late: Engine) -> None:
        assert subjects(told(late, BOTH))[0] == "Notice 29"
        with late.reading(BOTH) as session:
            assert queries.notices(session, BOTH, LATE).total == 30
            assert queries.unread(session, BOTH, LATE) == (30, False)

    def test_a_notice_says_of_which_task_it_is_and_whether_that_is_open(self, late: Engine) -> None:
        ident = task(late, "a", 30)
        assert (told(late, BOTH, LATE)[0].task_id, told(late, BOTH, LATE)[0].status) == (ident, "open")
        late.tasks.complete(ident)
        assert told(late, BOTH, LATE)[0].status == "completed"

    def test_they_stand_together_by_kind_each_task_once(self, late: Engine) -> None:
        late.tasks.complete(task(late, "a", 30))
        late.notices.read(told(late, BOTH, LATE)[1].id, BOTH)
        clock_of(late).set(datetime(2026, 9, 30, 7, 0, tzinfo=UTC))
        late.jobs.tell_late()  # nobody manages cases here: nobody is told again
        with late.reading(BOTH) as session:
            [kind] = queries.late_kinds(session, BOTH)
        assert (kind.name, kind.tasks, kind.open, kind.new) == ("Report", 30, 29, 29)
        assert [each.instance_id for each in kind.newest] == [30, 29, 28, 27, 26]

    def test_there_are_no_kinds_for_whoever_was_told_of_none(self, late: Engine) -> None:
        with late.reading(CLERK) as session:
            assert queries.late_kinds(session, CLERK) == []

    def test_they_are_read_apart(self, late: Engine) -> None:
        late.notices.read_all(LATE, BOTH)
        assert told(late, BOTH, LATE, unread=True) == []
        assert len(told(late, BOTH, unread=True)) == 25


def test_a_person_says_how_they_are_told(engine: Engine) -> None:
    with engine.reading(BOTH) as session:
        assert queries.marks(session, BOTH).how == ""
    engine.notices.choose("weekly", BOTH)
    with engine.reading(BOTH) as session:
        assert queries.marks(session, BOTH).how == "weekly"
    with pytest.raises(GivenRefused):
        engine.notices.choose("never", BOTH)
