"""Tasks of a role that looks after its own schools first begin with the school's link adviser; others may take them over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from engine import Config, Engine, Scope, queries
from engine.errors import TaskClaimed
from engine.people.authorities import Authority
from engine.people.directory import Member
from engine.queries import InboxFilters
from tests.engine.running import deploy, role, running, task
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
    "mo": ("Mo Director", {"director"}),
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


def directory(session: Session, authority: str, day: date) -> Iterable[Member]:
    return [Member(name, called, "", frozenset(roles)) for name, (called, roles) in ACCOUNTS.items()]


@pytest.fixture
def engine(database_url: str) -> Engine:
    roles = {"adviser": replace(role("adviser"), per_school=True), "lead": role("lead")}
    roles["director"] = role("director", "manage")
    home = Authority("town", "Town", "", "town", roles, (), {})
    engine = running(database_url, config=Config(authorities={"town": home}), directory=directory)
    engine.schools.import_file(SCHOOLS.encode(), "town")
    deploy(engine, TASKS, authority="town")
    return engine


def begin(engine: Engine, school: str = "100001") -> int:
    return engine.cases.start("p", school=school, by=Scope("town", frozenset(), "sample"))


def who(engine: Engine, name: str) -> Scope:
    called, roles = ACCOUNTS[name]
    return engine.people.scope("town", roles, name, called)


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
