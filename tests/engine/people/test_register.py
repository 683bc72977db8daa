"""A role of kind contact counts for the schools to which the register of people ties somebody, on that day, and nowhere else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select

from engine import Config, Engine, Scope, queries
from engine.errors import InstanceNotFound, NotAStarter, TaskNotFound, TaskNotYours
from engine.people import register
from engine.settings import MailServer
from engine.store import tenancy
from engine.store.tables import (
    History,
    Holding,
    Notification,
    Outbox,
    Person,
    ProcessInstance,
    School,
    UserTask,
    UserTaskRole,
)
from tests import postgres
from tests.engine.running import DAY, authority, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

SCHOOLS = """urn,name,phase,type,diocese,trust
100001,Elm,primary,community,,
100002,Oak,primary,voluntary aided,Sampleshire,
100003,Ash,primary,voluntary aided,Sampleshire,
100004,Fir,primary,academy,,Wood Trust
"""
PEOPLE = """email,name,role,school,diocese,trust,except,from,until
holly@example.org,Holly Head,head,100001 100002,,,,2026-01-01,
nia@example.org,Nia Next,head,100003,,,,2026-01-01,
robin@example.org,Robin Diocese,clerk,,Sampleshire,,100003,2026-01-01,
tess@example.org,Tess Trust,clerk,,,Wood Trust,,01/09/2026,30/09/2026
both@example.org,Bo Both,head,100001,,,,2026-01-01,
both@example.org,Bo Both,clerk,100003,,,,2026-01-01,
"""
#: The head reports, having been told; the clerk notes; a task for everyone, and one for Nia by name.
ASKS = bpmn(
    prop(cases="many")
    + '<startEvent id="s"/><sendTask id="n" camunda:type="external" camunda:topic="notify"><extensionElements>'
    '<camunda:inputOutput><camunda:inputParameter name="to">head, seo</camunda:inputParameter>'
    '<camunda:inputParameter name="subject">Notice</camunda:inputParameter>'
    '<camunda:inputParameter name="text">Read it.</camunda:inputParameter>'
    '</camunda:inputOutput></extensionElements></sendTask><parallelGateway id="g"/>'
    '<userTask id="report" camunda:candidateGroups="head"/><userTask id="note" camunda:candidateGroups="clerk,seo"/>'
    '<userTask id="anyone"/><userTask id="given" camunda:assignee="nia@example.org"/><endEvent id="e"/>',
    "s>n n>g g>report g>note g>anyone g>given report>e note>e anyone>e given>e",
)
SEO = Scope("town", frozenset({"seo"}), "sam")
CASES = {"100001": 1, "100002": 2, "100003": 3, "100004": 4, None: 5}


def config() -> Config:
    """A town with a mail server, whose heads and clerks are of schools."""
    town = authority("town")
    roles = {
        ident: role if ident == "seo" else replace(role, kind="contact", mailbox="all@example.org")
        for ident, role in town.roles.items()
    }
    return Config(authorities={"town": replace(town, roles=roles)}, mail=MailServer("mail.example.org"))


@pytest.fixture
def engine(database_url: str) -> Engine:
    """An engine with a case for each school, and one for none."""
    return made(database_url)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def still(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """The same for tests that only look: one for all of them."""
    if request.param == "sqlite":
        copy = shutil.copy(sqlite_template, tmp_path_factory.mktemp("still") / "pathways.db")
        yield made(f"sqlite:///{copy}")
        return
    with postgres.database(request.getfixturevalue("postgresql_server")) as url:
        engine = made(url)
        yield engine
        engine.dispose()


def made(database_url: str) -> Engine:
    """The same on this database."""
    engine = running(database_url, config=config())
    engine.schools.import_file(SCHOOLS.encode(), "town")
    engine.people.import_file(PEOPLE.encode(), "town")
    deploy(engine, ASKS, authority="town")
    for urn in CASES:
        engine.cases.start("p", by=SEO, school=urn)
    return engine


def person(engine: Engine, name: str, *roles: str) -> Scope:
    """Who acts, by the address's first part; ``roles`` are those of the account."""
    return engine.people.scope("town", roles, f"{name}@example.org")


def inbox(engine: Engine, scope: Scope) -> set[tuple[int, str]]:
    """The tasks in somebody's inbox: case and element."""
    with engine.reading(scope) as session:
        return {(row.instance_id, row.element) for row in queries.inbox(session, scope).items}


def told(engine: Engine, scope: Scope) -> set[int]:
    """The cases of which somebody's roles were told."""
    with engine.reading(scope) as session:
        return {row.instance_id for row in queries.notifications(session, scope)}


class TestInboxes:
    def test_a_head_has_the_tasks_of_their_schools(self, still: Engine) -> None:
        found = inbox(still, person(still, "holly", "head"))
        assert found == {(1, "report"), (1, "anyone"), (2, "report"), (2, "anyone")}

    def test_a_task_of_one_s_own_school_is_given_by_name_and_so_is_one_of_no_school(self, still: Engine) -> None:
        given = {case for case, element in inbox(still, person(still, "nia")) if element == "given"}
        assert given == {3, 5}

    def test_a_diocese_has_its_schools_but_for_those_taken_out(self, still: Engine) -> None:
        assert inbox(still, person(still, "robin")) == {(2, "note"), (2, "anyone")}

    def test_a_trust_has_its_schools_from_the_first_day_to_the_last(self, engine: Engine) -> None:
        assert inbox(engine, person(engine, "tess")) == {(4, "note"), (4, "anyone")}
        clock_of(engine).advance(23 * DAY)
        assert inbox(engine, person(engine, "tess")) == {(4, "note"), (4, "anyone")}, "the last day"
        clock_of(engine).advance(DAY)
        assert inbox(engine, person(engine, "tess")) == set()

    def test_a_role_counts_for_its_own_school_and_not_for_another_role_s(self, still: Engine) -> None:
        found = inbox(still, person(still, "both"))
        assert found == {(1, "report"), (1, "anyone"), (3, "note"), (3, "anyone")}

    def test_an_officer_has_all_schools_and_theirs_as_a_contact(self, still: Engine) -> None:
        found = inbox(still, person(still, "holly", "seo"))
        assert {case for case, element in found if element == "note"} == {1, 2, 3, 4, 5}
        assert {case for case, element in found if element == "report"} == {1, 2}

    @pytest.mark.parametrize("roles", [(), ("head",)])
    def test_a_contact_who_is_on_no_register_has_nothing(self, still: Engine, roles: tuple[str, ...]) -> None:
        stranger = person(still, "stranger", *roles)
        assert inbox(still, stranger) == set()
        assert told(still, stranger) == set()

    def test_notices_are_of_one_s_schools(self, still: Engine) -> None:
        assert told(still, person(still, "holly")) == {1, 2}
        assert told(still, person(still, "nia")) == {3}
        assert told(still, SEO) == {1, 2, 3, 4, 5}

    def test_tasks_alike_are_of_one_s_schools(self, still: Engine) -> None:
        holly = person(still, "holly")
        with still.reading(holly) as session:
            row = queries.task(session, task(still, "report", 1)).row
            assert [each.instance_id for each in queries.alike(session, holly, row)] == [1, 2]


def test_the_inbox_of_a_school_is_a_walk_along_its_part_of_the_index(sqlite_url: str) -> None:
    engine = made(sqlite_url)
    with engine.reading(person(engine, "holly")) as session:
        walk = select(UserTaskRole.task_id).where(tenancy.held(tenancy.scope_of(session), UserTaskRole, "head"))
        text = str(walk.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))
        plan = str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text} AND authority = 'town'").all())
    assert "USING COVERING INDEX ix_user_task_role_school (authority=? AND role=? AND school_urn=?)" in plan


def test_the_register_makes_nobody_an_officer(database_url: str) -> None:
    engine = made(database_url)
    officers = Engine(database_url, config=Config(authorities={"town": authority("town")}))
    assert officers.people.scope("town", (), "holly@example.org").roles == frozenset()
    assert engine.people.scope("town", (), "holly@example.org").roles == {"head"}


class TestRefusals:
    def test_another_school_s_case_is_not_there(self, still: Engine) -> None:
        with still.reading(person(still, "nia")) as session:
            with pytest.raises(InstanceNotFound):
                queries.instance(session, 1)
            with pytest.raises(TaskNotFound):
                queries.task(session, task(still, "report", 1))

    @pytest.mark.parametrize("act", ["complete", "claim", "unclaim"])
    def test_another_school_s_task_is_not_there(self, still: Engine, act: str) -> None:
        before = still.tasks.open()
        with pytest.raises(TaskNotFound):
            getattr(still.tasks, act)(task(still, "report", 1), by=person(still, "nia"))
        assert still.tasks.open() == before

    def test_a_case_of_no_school_is_seen_by_whom_a_task_in_it_is_given(self, still: Engine) -> None:
        with still.reading(person(still, "nia")) as session:
            assert queries.instance(session, 5).business_key == ""
            assert queries.timeline(session, 5)
        with still.reading(person(still, "holly")) as session, pytest.raises(InstanceNotFound):
            queries.instance(session, 5)

    def test_a_task_of_another_role_at_one_s_school_is_not_one_s_own(self, still: Engine) -> None:
        with pytest.raises(TaskNotYours):
            still.tasks.complete(task(still, "note", 1), by=person(still, "holly"))

    def test_a_claim_is_over_with_the_role(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "note", 4), by=person(engine, "tess"))
        clock_of(engine).advance(24 * DAY)
        again = PEOPLE.splitlines()[0] + "\ntess@example.org,Tess Trust,head,,,Wood Trust,,2026-10-01,\n"
        engine.people.import_file(again.encode(), "town")
        with pytest.raises(TaskNotYours):
            engine.tasks.complete(task(engine, "note", 4), by=person(engine, "tess"))

    @pytest.mark.parametrize("done", [False, True])
    def test_what_was_claimed_in_a_role_is_over_with_it_whatever_others_are_left(
        self, engine: Engine, done: bool
    ) -> None:
        note = task(engine, "note", 5)
        engine.tasks.claim(note, by=person(engine, "sam", "seo"))
        if done:
            engine.tasks.complete(note, {}, by=person(engine, "sam", "seo"))
        sam = person(engine, "sam", "head")
        with engine.reading(sam) as session, pytest.raises(InstanceNotFound):
            queries.instance(session, 5)
        with pytest.raises(TaskNotFound):
            engine.tasks.complete(note, {}, by=sam)
        assert (5, "note") not in inbox(engine, sam)

    def test_a_head_who_held_an_officer_s_role_for_a_while_keeps_nothing_of_it(self, engine: Engine) -> None:
        engine.tasks.claim(task(engine, "note", 5), by=person(engine, "holly", "seo"))
        holly = person(engine, "holly")
        assert {case for case, _ in inbox(engine, holly)} == {1, 2}
        with pytest.raises(TaskNotFound):
            engine.tasks.complete(task(engine, "note", 5), {}, by=holly)

    def test_a_task_that_is_claimed_in_an_ended_role_is_not_in_the_list_of_whoever_sees_the_case(
        self, engine: Engine
    ) -> None:
        engine.tasks.claim(task(engine, "note", 5), by=person(engine, "sam", "seo"))
        sam = Scope("town", frozenset({"lead"}), "sam@example.org", schools={}, oversees=True)
        with engine.reading(sam) as session:
            assert (queries.counts(session, sam).mine, inbox(engine, sam) & {(5, "note")}) == (0, set())

    def test_a_contact_starts_a_case_for_their_school_only(self, engine: Engine) -> None:
        starters = ASKS.replace(b'isExecutable="true"', b'isExecutable="true" camunda:candidateStarterGroups="head"')
        deploy(engine, starters.replace(b'id="p"', b'id="q"'), "q", "town")
        nia = person(engine, "nia")
        assert engine.cases.admission("q", nia) == (True, {"100003"})
        with pytest.raises(NotAStarter):
            engine.cases.start("q", by=nia, school="100001")
        with pytest.raises(NotAStarter):
            engine.cases.start("q", by=nia)
        assert engine.cases.start("q", by=nia, school="100003") == 6


def test_a_step_that_a_contact_takes_sees_the_whole_authority(engine: Engine) -> None:
    engine.tasks.complete(task(engine, "report", 1), {"done": True}, by=person(engine, "holly"))
    assert engine.cases.variables(1)["done"] is True
    assert [each.by for each in engine.cases.history(1) if each.element == "report"] == ["holly@example.org"]


#: Tables to which the migration gave their case's school, and what takes it away again.
CARRIERS: tuple[Any, ...] = (UserTask, UserTaskRole, Notification)
BACK = (
    "DROP INDEX ix_user_task_role_school",
    "DROP INDEX ix_notification_school",
    "DROP INDEX ix_user_task_without_school",
    *(f"ALTER TABLE {table.__tablename__} DROP COLUMN school_urn" for table in CARRIERS),
    "DROP TABLE holding",
    "DROP TABLE person",
)
#: Tables that tell of a school, and the column by which each row does.
TELL: list[tuple[type[Any], Callable[[Any], Any]]] = [
    (ProcessInstance, lambda row: row.id),
    (UserTask, lambda row: row.instance_id),
    (UserTaskRole, lambda row: CASES[row.school_urn]),
    (History, lambda row: row.instance_id),
    (Notification, lambda row: row.instance_id),
    (Outbox, lambda row: row.instance_id),
    (School, lambda row: CASES[row.urn]),
]


@pytest.mark.parametrize(("table", "case"), TELL, ids=[table.__name__ for table, _ in TELL])
def test_each_table_shows_a_contact_their_schools_only(
    still: Engine, table: type[Any], case: Callable[[Any], Any]
) -> None:
    with still.reading(person(still, "holly")) as session:
        assert {case(row) for row in session.scalars(select(table))} == {1, 2}


class TestHook:
    def test_a_table_that_tells_of_a_school_says_which(self) -> None:
        assert [each.__name__ for each in tenancy.guarded_classes() if _is_forgotten(each)] == []

    @pytest.mark.parametrize("column", ["school_urn", "urn", "instance_id", "task_id", "person_id"])
    def test_a_table_that_was_forgotten_is_found(self, column: str) -> None:
        assert _shows_everybody([column], tenancy.ForEverybody)

    def test_what_a_table_does_not_say_is_not_shown(self, still: Engine) -> None:
        with still.reading(person(still, "holly")) as session:
            assert session.scalars(select(Person)).all() == []
            assert session.scalars(select(Holding)).all() == []


#: Columns that lead to a school, or to a person.
LEADS = {"school_urn", "urn", "instance_id", "task_id", "source_id", "batch_id", "person_id"}


def _is_forgotten(table: type[Any]) -> bool:
    """Whether a table with a column that leads to a school shows its rows to everybody."""
    return _shows_everybody(table.__table__.c.keys(), table)


def _shows_everybody(columns: Iterable[str], table: type[Any]) -> bool:
    return bool(LEADS & set(columns)) and issubclass(table, tenancy.ForEverybody)


class TestMail:
    def test_each_gets_a_mail_of_their_own_about_their_own_school(self, still: Engine) -> None:
        with still.reading() as session:
            mails = {(row.instance_id, row.payload["to"]) for row in session.scalars(select(Outbox))}
        heads = {
            (1, "holly@example.org"),
            (1, "both@example.org"),
            (2, "holly@example.org"),
            (3, "nia@example.org"),
        }
        assert mails == heads | {(case, "seo@example.org") for case in CASES.values()}

    def test_who_has_gone_gets_none(self, engine: Engine) -> None:
        ended = PEOPLE.replace("head,100001 100002,,,,2026-01-01,", "head,100001 100002,,,,2026-01-01,2026-09-06")
        engine.people.import_file(ended.encode(), "town")
        with engine.reading() as session:
            people = register.people_of(session, "town", "100001", date(2026, 9, 7), "head")
        assert [each.name for each in people] == ["Bo Both"]

    def test_a_diocese_s_people_are_those_of_its_schools_but_for_those_taken_out(self, still: Engine) -> None:
        with still.reading() as session:
            found = {
                urn: [each.name for each in register.people_of(session, "town", urn, date(2026, 9, 7), "clerk")]
                for urn in ("100001", "100002", "100003", "100004")
            }
        assert found == {
            "100001": [],
            "100002": ["Robin Diocese"],
            "100003": ["Bo Both"],
            "100004": ["Tess Trust"],
        }


class TestGuests:
    def test_a_link_s_role_counts_for_its_task_s_school(self, still: Engine) -> None:
        scope = still.people.guest_scope("town", "head", "new@example.org", task(still, "report", 2))
        assert scope.confined == {"100002"}

    def test_the_register_s_people_open_it_while_they_hold_the_role_there(self, still: Engine) -> None:
        ours, theirs = task(still, "report", 1), task(still, "report", 3)
        assert still.people.guest_scope("town", "head", "holly@example.org", ours).confined == {"100001"}
        assert still.people.guest_scope("town", "head", "holly@example.org", theirs).confined == frozenset()

    def test_a_link_adviser_s_address_is_known_in_that_role_alone(self, still: Engine) -> None:
        cells = {"email": "ann@example.org", "name": "Ann", "role": "link-adviser", "school": "100003"}
        still.people.add({**cells, "from": "2026-01-01"}, Scope("town", frozenset(), "keeper"))
        scope = still.people.guest_scope("town", "head", "ann@example.org", task(still, "report", 1))
        assert scope.confined == {"100001"}


def test_what_was_there_before_the_register_learns_its_school(engine: Engine) -> None:
    def urns() -> list[list[str | None]]:
        with engine.reading() as session:
            return [sorted(session.scalars(select(table.school_urn)), key=str) for table in CARRIERS]

    before = urns()
    with engine.database.writing() as session, session.get_bind().begin() as connection:  # type: ignore[union-attr]
        for statement in BACK:
            connection.exec_driver_sql(statement)
        with Operations.context(MigrationContext.configure(connection)):
            import_module("engine.migrations.versions.e014_people").upgrade()
    assert urns() == before
    assert before[0] == ["100001"] * 4 + ["100002"] * 4 + ["100003"] * 4 + ["100004"] * 4 + [None] * 4


def test_a_head_of_two_schools_moves_to_a_third(engine: Engine) -> None:
    day = date(2026, 9, 14)
    moved = PEOPLE.replace(
        "holly@example.org,Holly Head,head,100001 100002,,,,2026-01-01,",
        f"holly@example.org,Holly Head,head,100001,,,,2026-01-01,{day - timedelta(days=1)}\n"
        "holly@example.org,Holly Head,head,100002,,,,2026-01-01,\n"
        f"holly@example.org,Holly Head,head,100004,,,,{day},",
    )
    done = engine.people.import_file(moved.encode(), "town")
    assert [(each.name, each.what) for each in done.added] == [("Holly Head", "100004")]
    assert [(each.name, each.what) for each in done.ended] == [("Holly Head", "100001")]
    clock_of(engine).advance(6 * DAY)
    assert person(engine, "holly").confined == {"100001", "100002"}, "the day before"
    clock_of(engine).advance(DAY)
    holly = person(engine, "holly")
    assert holly.confined == {"100002", "100004"}
    assert {case for case, _ in inbox(engine, holly)} == {2, 4}
    assert told(engine, holly) == {2, 4}
    with engine.reading(holly) as session, pytest.raises(InstanceNotFound):
        queries.instance(session, 1)
