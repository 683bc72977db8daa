"""Tasks of a role that looks after its own schools first begin with the school's link adviser; others may take them over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.orm import Session

from engine import Config, Engine, Scope, queries
from engine.errors import TaskClaimed
from engine.people.authorities import Authority
from engine.people.directory import Member, Wanted
from engine.people.files import WrongCell
from engine.queries import InboxFilters
from engine.schools.register import Imported
from tests.engine.running import clock_of, deploy, role, running, task
from tests.engine.spiff.cases import bpmn, prop

SCHOOLS = (
    "urn,name,phase,type,link_adviser\n100001,Elm,primary,community,Sam Adviser\n100002,Oak,primary,community,SUE\n"
    "100003,Ash,primary,community,Two Names\n100004,Yew,primary,community,Ned Elsewhere\n"
)
ACCOUNTS = {
    "sam": ("Sam Adviser", {"adviser"}),
    "sue": ("Sue Adviser", {"adviser"}),
    "tom": ("Two Names", {"adviser"}),
    "tim": ("Two Names", {"adviser"}),
    "lee": ("Lee Lead", {"lead"}),
    "kim": ("Kim Clerk", {"clerk"}),
    "mo": ("Mo Director", {"director"}),
    "pat": ("Pat Adviser", {"adviser"}),
}
TASKS = bpmn(
    '<startEvent id="s"/><parallelGateway id="g"/>'
    '<userTask id="visit" name="Visit" camunda:candidateGroups="adviser,lead"/>'
    '<userTask id="lead" name="Lead" camunda:candidateGroups="lead"/>'
    f'<userTask id="one" name="Half one" camunda:candidateGroups="adviser">{prop(separateFrom="two")}</userTask>'
    '<userTask id="two" name="Half two" camunda:candidateGroups="adviser"/>'
    '<endEvent id="e"/>',
    "s>g g>visit g>lead g>one g>two visit>e lead>e one>e two>e",
)
#: A process that asks no adviser.
QUIET = bpmn(
    '<startEvent id="s"/><userTask id="t" camunda:candidateGroups="lead"/><endEvent id="e"/>', "s>t t>e", key="quiet"
)


def directory(session: Session, authority: str, day: date, *_: object) -> Iterable[Member]:
    return [Member(name, called, "", frozenset(roles)) for name, (called, roles) in ACCOUNTS.items()]


@pytest.fixture
def engine(database_url: str) -> Engine:
    roles = {"adviser": replace(role("adviser"), per_school=True), "lead": role("lead")}
    roles["clerk"] = role("clerk")
    roles["director"] = role("director", "manage")
    home = Authority("town", "Town", "", "town", roles, (), {})
    engine = running(database_url, config=Config(authorities={"town": home}), directory=directory)
    engine.schools.import_file(SCHOOLS.encode(), "town")
    deploy(engine, TASKS, authority="town")
    deploy(engine, QUIET, authority="town")
    return engine


def begin(engine: Engine, school: str = "100001") -> int:
    return engine.cases.start("p", school=school, by=Scope("town", frozenset(), "sample"))


def who(engine: Engine, name: str) -> Scope:
    called, roles = ACCOUNTS[name]
    return engine.people.scope("town", roles, name, called)


def away(engine: Engine, absent: str, covering: str) -> None:
    today = engine.clock.now().date()
    engine.people.cover(Wanted(absent, covering, today, today, "Leave."), who(engine, "mo"))


def held(engine: Engine, case: int) -> dict[str, str | None]:
    return {each.element: each.assignee for each in engine.tasks.open(case)}


class TestByDefault:
    def test_a_task_of_the_role_begins_with_the_school_s_link_adviser(self, engine: Engine) -> None:
        assert held(engine, begin(engine)) == {"visit": "sam", "lead": None, "one": None, "two": None}

    def test_the_register_may_name_the_username(self, engine: Engine) -> None:
        assert held(engine, begin(engine, "100002"))["visit"] == "sue"

    @pytest.mark.parametrize("school", ["100003", "100004"])
    def test_a_name_of_two_or_of_nobody_gives_it_to_nobody(self, engine: Engine, school: str) -> None:
        assert held(engine, begin(engine, school))["visit"] is None

    def test_while_they_are_away_it_begins_with_whoever_covers(self, engine: Engine) -> None:
        away(engine, "sam", "lee")
        assert held(engine, begin(engine))["visit"] == "lee"

    def test_with_nobody_where_whoever_covers_is_barred(self, engine: Engine) -> None:
        away(engine, "sam", "sue")
        case = begin(engine)
        engine.conflicts.bar(case, "sue", "Related.", who(engine, "mo"))
        assert held(engine, case)["visit"] is None

    def test_whoever_covers_sees_the_cases_of_their_schools(self, engine: Engine) -> None:
        away(engine, "sam", "lee")
        assert who(engine, "lee").advises == {"100001"}

    def test_it_is_no_claim_in_the_story(self, engine: Engine) -> None:
        assert [each.how for each in engine.cases.history(begin(engine)) if each.how == "claimed"] == []


class TestTakingOver:
    @pytest.fixture
    def visit(self, engine: Engine) -> int:
        return task(engine, "visit", begin(engine))

    def test_another_of_the_role_takes_it_over_and_the_story_says_from_whom(self, engine: Engine, visit: int) -> None:
        engine.tasks.claim(visit, by=who(engine, "sue"))
        line = engine.cases.history(1)[-1]
        assert (line.how, line.by, dict(line.detail)) == ("claimed", "sue", {"had": "sam"})

    def test_whoever_had_it_is_told(self, engine: Engine, visit: int) -> None:
        engine.tasks.claim(visit, by=who(engine, "sue"))
        with engine.reading(who(engine, "sam")) as session:
            assert [each.subject for each in queries.notices(session, who(engine, "sam")).items] == [
                "Taken over: Visit, Elm"
            ]

    def test_another_of_the_role_completes_it_at_once(self, engine: Engine, visit: int) -> None:
        engine.tasks.complete(visit, by=who(engine, "lee"))
        assert "visit" not in held(engine, 1)

    def test_what_was_claimed_is_taken_over_by_nobody(self, engine: Engine, visit: int) -> None:
        engine.tasks.claim(visit, by=who(engine, "sam"))
        with pytest.raises(TaskClaimed):
            engine.tasks.claim(visit, by=who(engine, "sue"))

    def test_what_was_taken_over_is_claimed(self, engine: Engine, visit: int) -> None:
        engine.tasks.claim(visit, by=who(engine, "sue"))
        with pytest.raises(TaskClaimed):
            engine.tasks.complete(visit, by=who(engine, "sam"))

    def test_the_adviser_gives_it_back_to_the_role(self, engine: Engine, visit: int) -> None:
        engine.tasks.unclaim(visit, by=who(engine, "sam"))
        assert held(engine, 1)["visit"] is None


class TestDays:
    """Who is a school's link adviser counts from a day and until one."""

    def tie(self, engine: Engine, username: str, since: date, until: str = "") -> None:
        cells = {"username": username, "name": ACCOUNTS[username][0], "role": "link-adviser", "school": "100001"}
        engine.people.add({**cells, "from": since.isoformat(), "until": until}, who(engine, "mo"))

    @pytest.fixture
    def day(self, engine: Engine) -> date:
        """In a week; from then on it is Sue."""
        day = engine.clock.now().date() + timedelta(days=7)
        self.tie(engine, "sue", day)
        return day

    def first(self, engine: Engine) -> dict[str, list[str]]:
        return {name: sorted(who(engine, name).advises) for name in ("sam", "sue")}

    def seen(self, engine: Engine, name: str) -> list[int]:
        with engine.reading(who(engine, name)) as session:
            return [row.id for row in queries.instances(session).items]

    def mine(self, engine: Engine, name: str) -> set[str | None]:
        scope = who(engine, name)
        with engine.reading(scope) as session:
            return {
                row.school_urn
                for row in queries.inbox(session, scope, InboxFilters(first=frozenset({"adviser"}))).items
            }

    def named(self, engine: Engine) -> str:
        with engine.reading() as session:
            return queries.school(session, "100001").link_adviser

    def test_until_the_day_nothing_changes(self, engine: Engine, day: date) -> None:
        clock_of(engine).advance(timedelta(days=6))
        assert self.first(engine) == {"sam": ["100001"], "sue": ["100002"]}

    def test_from_the_day_it_is_another_s_school(self, engine: Engine, day: date) -> None:
        clock_of(engine).advance(timedelta(days=7))
        assert self.first(engine) == {"sam": [], "sue": ["100001", "100002"]}

    def test_a_new_task_goes_to_whoever_it_is_that_day(self, engine: Engine, day: date) -> None:
        clock_of(engine).advance(timedelta(days=7))
        assert held(engine, begin(engine))["visit"] == "sue"

    def test_they_see_the_school_s_cases_from_their_day(self, engine: Engine) -> None:
        self.tie(engine, "pat", engine.clock.now().date() + timedelta(days=7))
        case = engine.cases.start("quiet", school="100001", by=Scope("town", frozenset(), "sample"))
        before = self.seen(engine, "pat")
        clock_of(engine).advance(timedelta(days=7))
        assert (before, self.seen(engine, "pat")) == ([], [case])

    def test_my_schools_are_those_of_the_day(self, engine: Engine, day: date) -> None:
        begin(engine)
        before = self.mine(engine, "sue")
        clock_of(engine).advance(timedelta(days=7))
        assert (before, self.mine(engine, "sue")) == (set(), {"100001"})

    def test_the_register_of_schools_names_whoever_it_is_that_day(self, engine: Engine, day: date) -> None:
        before = self.named(engine)
        clock_of(engine).advance(timedelta(days=7))
        assert (before, self.named(engine)) == ("Sam Adviser", "Sue Adviser")

    def test_a_case_s_school_names_whoever_it_is_when_it_begins(self, engine: Engine, day: date) -> None:
        clock_of(engine).advance(timedelta(days=7))
        assert engine.cases.variables(begin(engine))["school"]["link_adviser"] == "Sue Adviser"

    def test_on_its_last_day_it_counts_still(self, engine: Engine) -> None:
        today = engine.clock.now().date()
        self.tie(engine, "sue", today, today.isoformat())
        assert self.first(engine) == {"sam": [], "sue": ["100001", "100002"]}

    def test_after_it_the_school_has_none(self, engine: Engine) -> None:
        today = engine.clock.now().date()
        self.tie(engine, "sue", today, today.isoformat())
        clock_of(engine).advance(timedelta(days=1))
        assert (self.named(engine), held(engine, begin(engine))["visit"]) == ("", None)

    def test_whoever_is_named_today_is_so_until_the_next_one(self, engine: Engine, day: date) -> None:
        self.tie(engine, "pat", engine.clock.now().date())
        clock_of(engine).advance(timedelta(days=7))
        assert self.named(engine) == "Sue Adviser"

    def test_a_move_to_another_school_counts_from_its_day(self, engine: Engine) -> None:
        with engine.reading() as session:
            [row] = queries.people(session, queries.PeopleFilters(text="100001")).items
        day = engine.clock.now().date() + timedelta(days=7)
        engine.people.move(row.id, {"school": "100004", "from": day.isoformat()}, who(engine, "mo"))
        before = self.first(engine)["sam"]
        clock_of(engine).advance(timedelta(days=7))
        assert (before, self.first(engine)["sam"]) == (["100001"], ["100004"])

    def test_it_gives_no_role(self, engine: Engine) -> None:
        assert who(engine, "sam").roles == {"adviser"}

    @pytest.mark.parametrize("body", ["diocese", "trust"])
    def test_each_school_has_its_own(self, engine: Engine, body: str) -> None:
        engine.schools.import_file(f"urn,name,phase,type,{body}\n100001,Elm,primary,community,All\n".encode(), "town")
        cells = {"email": "sue@example.org", "name": "Sue", "role": "link-adviser", "from": "2026-09-01", body: "All"}
        with pytest.raises(WrongCell, match="each has a link adviser of its own"):
            engine.people.add(cells, who(engine, "mo"))


class TestFileOfSchools:
    """The register's file says who is the link adviser from today."""

    def read(self, engine: Engine, said: str) -> Imported:
        return engine.schools.import_file(
            f"urn,name,phase,type,link_adviser\n100001,Elm,primary,community,{said}\n".encode(), "town"
        )

    def ties(self, engine: Engine) -> list[tuple[str, str, str]]:
        with engine.reading() as session:
            rows = queries.people(session, queries.PeopleFilters(text="100001")).items
        return [(row.username, row.since.isoformat(), row.until.isoformat() if row.until else "") for row in rows]

    def test_again_it_changes_nothing(self, engine: Engine) -> None:
        assert engine.schools.import_file(SCHOOLS.encode(), "town").unchanged == 4

    def test_another_one_ends_the_first_yesterday(self, engine: Engine) -> None:
        clock_of(engine).advance(timedelta(days=7))
        self.read(engine, "Sue Adviser")
        assert self.ties(engine) == [("sam", "2026-09-07", "2026-09-13"), ("sue", "2026-09-14", "")]

    def test_nobody_ends_them(self, engine: Engine) -> None:
        clock_of(engine).advance(timedelta(days=7))
        self.read(engine, "")
        assert self.ties(engine) == [("sam", "2026-09-07", "2026-09-13")]

    def test_what_changed_is_told_by_name(self, engine: Engine) -> None:
        assert dict(self.read(engine, "sue").altered[0].columns) == {"link_adviser": ("Sam Adviser", "sue")}

    def test_to_look_at_a_file_ties_nobody(self, engine: Engine) -> None:
        engine.schools.look(
            {"a.csv": b"urn,name,phase,type,link_adviser\n100001,Elm,primary,community,sue\n"}, who(engine, "mo")
        )
        assert [name for name, *_ in self.ties(engine)] == ["sam"]


def test_the_column_of_before_becomes_ties(engine: Engine) -> None:
    with engine.database.writing() as session, session.get_bind().begin() as connection:  # type: ignore[union-attr]
        for statement in (
            "DELETE FROM holding",
            "DELETE FROM person WHERE username <> 'sue'",
            "ALTER TABLE school ADD COLUMN link_adviser VARCHAR(250) NOT NULL DEFAULT ''",
            "UPDATE school SET link_adviser = 'Sam Adviser' WHERE urn IN ('100001', '100004')",
            "UPDATE school SET link_adviser = 'SUE' WHERE urn = '100002'",
        ):
            connection.exec_driver_sql(statement)
        with Operations.context(MigrationContext.configure(connection)):
            import_module("engine.migrations.versions.e058_link_advisers").upgrade()
    assert sorted(who(engine, "sam").advises) == ["100001", "100004"]
    assert sorted(who(engine, "sue").advises) == ["100002"]


class TestMySchools:
    def test_they_are_those_whose_link_adviser_somebody_is(self, engine: Engine) -> None:
        mine = {name: sorted(who(engine, name).advises) for name in ("sam", "sue", "tom", "lee")}
        assert mine == {"sam": ["100001"], "sue": ["100002"], "tom": [], "lee": []}

    def test_the_inbox_is_narrowed_to_them_and_to_the_other_roles(self, engine: Engine) -> None:
        for school in ("100001", "100002"):
            begin(engine, school)
        scope = who(engine, "sam")
        with engine.reading(scope) as session:
            mine = queries.inbox(session, scope, InboxFilters(first=frozenset({"adviser"}))).items
            every = queries.inbox(session, scope).items
        assert {row.school_urn for row in mine} == {"100001"}
        assert {row.school_urn for row in every} == {"100001", "100002"}

    def test_the_counts_go_with_it(self, engine: Engine) -> None:
        for school in ("100001", "100002"):
            begin(engine, school)
        scope = who(engine, "sam")
        with engine.reading(scope) as session:
            assert len(queries.due_dates(session, scope, InboxFilters(first=frozenset({"adviser"})))) == 3
