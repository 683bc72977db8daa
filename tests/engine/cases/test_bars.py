"""Conflicts of interest: whoever is barred meets nothing of the case, whatever they hold, until a manager lifts it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Config, Engine, Scope, queries
from engine.errors import (
    AddressBarred,
    BarNamesNobody,
    BarNotFound,
    BarRefused,
    InstanceNotFound,
    NotAManager,
    NotForThisSchool,
    NotTheirTask,
    ReasonMissing,
    StartKept,
    TaskNotFound,
)
from engine.people.authorities import Authority
from engine.people.directory import Member, Wanted
from engine.queries.conflicts import barred_from
from engine.queries.links import Asked
from engine.settings import MailServer
from engine.store.tables import CaseBar, History, Notification, Outbox, ProcessInstance, UserTask
from tests.engine.running import authority, deploy, role, running, task
from tests.engine.spiff.cases import bpmn, prop

HOME = "town"
START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'
TASKS = '<userTask id="a" name="Look into it" camunda:candidateGroups="seo"/><userTask id="b" camunda:candidateGroups="seo"/>'
PLAIN = bpmn(f"{START}{TASKS}{END}", "s>a a>b b>e")
NAMED = bpmn(f"{prop(bars='= about')}{START}{TASKS}{END}", "s>a a>b b>e")
MEMBERS = {"sam": {"seo"}, "sue": {"seo"}, "hal": {"head"}, "max": {"manager"}, "mia": {"manager"}}


def people(session: Session, home: str, day: date, *_: object) -> Iterable[Member]:
    return [Member(name, name.title(), f"{name}@example.org", frozenset(held)) for name, held in MEMBERS.items()]


@pytest.fixture
def engine(database_url: str) -> Engine:
    """Sam and Sue are evaluation officers, Max and Mia manage; Sam has claimed the task of case 1."""
    home: Authority = authority(HOME)
    home = replace(home, roles={**home.roles, "manager": role("manager", "manage")})
    made = running(
        database_url, config=Config(authorities={HOME: home}, mail=MailServer("mail.example.org")), directory=people
    )
    deploy(made, PLAIN, authority=HOME)
    made.cases.start("p", authority=HOME)
    made.tasks.claim(task(made, "a"), by=who(made, "sam"))
    return made


def who(engine: Engine, name: str) -> Scope:
    return engine.people.scope(HOME, MEMBERS[name], name)


def bar(engine: Engine, name: str, by: str = "max") -> None:
    engine.conflicts.bar(1, name, "They are complained about.", who(engine, by))


def sees(engine: Engine, name: str) -> bool:
    with engine.reading(who(engine, name)) as session:
        return bool(session.scalars(select(ProcessInstance.id)).all())


def lines(engine: Engine, name: str, how: str) -> list[Any]:
    with engine.reading(who(engine, name)) as session:
        return [row.detail for row in session.scalars(select(History).where(History.how == how))]


@pytest.mark.parametrize("name", ["sam", "max"])
def test_whoever_is_barred_finds_no_row_of_the_case_manager_or_not(engine: Engine, name: str) -> None:
    bar(engine, name, by="mia")
    with engine.reading(who(engine, name)) as session:
        found = [session.scalars(select(each)).all() for each in (ProcessInstance, UserTask, History, CaseBar)]
    assert found == [[], [], [], []]


def test_nobody_else_is_kept_from_it(engine: Engine) -> None:
    bar(engine, "sam")
    assert [sees(engine, each) for each in ("sam", "sue", "max")] == [False, True, True]


def test_what_they_had_claimed_goes_back_to_the_role(engine: Engine) -> None:
    bar(engine, "sam")
    assert [each.assignee for each in engine.tasks.open()] == [None]
    assert lines(engine, "sue", "released") == [{"had": "sam"}]


def test_what_they_had_delegated_does_not_come_back_to_them(engine: Engine) -> None:
    engine.tasks.hand_over(1, "sue", "Away.", who(engine, "sam"), delegate=True)
    bar(engine, "sam")
    with engine.reading() as session:
        assert session.scalars(select(UserTask.owner).where(UserTask.id == 1)).one() is None


def test_the_story_tells_it_to_those_who_oversee_cases_alone(engine: Engine) -> None:
    bar(engine, "sam")
    told = {"barred": "Sam", "reason": "They are complained about."}
    assert [lines(engine, each, "barred") for each in ("max", "sue")] == [[told], []]


def test_they_can_do_nothing_in_it(engine: Engine) -> None:
    bar(engine, "sam")
    with pytest.raises(TaskNotFound):
        engine.tasks.complete(1, {}, by=who(engine, "sam"))
    with pytest.raises(InstanceNotFound):
        engine.cases.cancel(1, "Mine.", by=who(engine, "sam"))


def test_nothing_of_it_is_given_to_them(engine: Engine) -> None:
    bar(engine, "sam")
    assert [each.username for each in engine.tasks.able([1], who(engine, "max"))] == ["sue"]
    with pytest.raises(NotTheirTask):
        engine.tasks.move([1], "sam", "Why.", who(engine, "max"))


def test_no_link_goes_to_them(engine: Engine) -> None:
    bar(engine, "sam")
    with pytest.raises(AddressBarred):
        engine.links.make(Asked(1, "seo", "sam@example.org", "Why."), who(engine, "sue"))


def test_whoever_came_by_a_link_is_barred_by_their_address(engine: Engine) -> None:
    bar(engine, "sam")
    guest = Scope(HOME, frozenset({"seo"}), "sam@example.org")
    with engine.reading(guest) as session:
        assert session.scalars(select(UserTask)).all() == []


def test_nothing_of_it_is_mailed_to_them_nor_to_a_mailbox_that_they_read(engine: Engine) -> None:
    for name in ("sam", "sue"):
        engine.notices.choose("once", who(engine, name))
    bar(engine, "sam")
    engine.tasks.complete(1, {}, by=who(engine, "sue"))
    engine.jobs.tell_late()
    with engine.reading() as session:
        to = {row.payload["to"] for row in session.scalars(select(Outbox))}
    assert to == {"sue@example.org"}


def test_a_notice_of_it_is_hidden_from_them(engine: Engine) -> None:
    engine.tasks.move([1], "sue", "Sam is away.", who(engine, "max"))
    before = [len(notices(engine, each)) for each in ("sam", "sue")]
    bar(engine, "sue")
    assert [before, len(notices(engine, "sue"))] == [[0, 1], 0]


def notices(engine: Engine, name: str) -> list[Any]:
    with engine.reading(who(engine, name)) as session:
        return list(queries.notices(session, who(engine, name)).items)


def test_managers_are_told_when_nobody_is_left(engine: Engine) -> None:
    bar(engine, "sam")
    bar(engine, "sue")
    with engine.reading() as session:
        said = session.scalars(select(Notification.subject).where(Notification.role == "manager")).all()
    assert said == ["Nobody is left to do: Look into it"]


def test_lifted_with_a_reason_they_see_it_again(engine: Engine) -> None:
    bar(engine, "sam")
    assert engine.conflicts.lift(1, "It was another Sam.", who(engine, "mia")) == 1
    assert sees(engine, "sam")
    assert lines(engine, "max", "unbarred") == [{"barred": "Sam", "reason": "It was another Sam."}]


def test_one_that_was_lifted_is_lifted_once(engine: Engine) -> None:
    bar(engine, "sam")
    engine.conflicts.lift(1, "Why.", who(engine, "mia"))
    with pytest.raises(BarNotFound):
        engine.conflicts.lift(1, "Why.", who(engine, "mia"))


def test_a_reason_is_needed_to_bar_and_to_lift(engine: Engine) -> None:
    with pytest.raises(ReasonMissing):
        engine.conflicts.bar(1, "sam", " ", who(engine, "max"))
    bar(engine, "sam")
    with pytest.raises(ReasonMissing):
        engine.conflicts.lift(1, "", who(engine, "mia"))


def test_nobody_lifts_their_own(engine: Engine) -> None:
    bar(engine, "max", by="mia")
    with pytest.raises(BarNotFound):
        engine.conflicts.lift(1, "Mine.", who(engine, "max"))


def test_only_managers_bar_and_only_somebody_who_is_known_and_once(engine: Engine) -> None:
    with pytest.raises(NotAManager):
        bar(engine, "hal", by="sue")
    with pytest.raises(BarNamesNobody, match="Nobody here is called “nemo”"):
        bar(engine, "nemo")
    bar(engine, "hal")
    with pytest.raises(BarRefused, match="Hal is barred from this case already"):
        bar(engine, "hal")


def test_a_case_that_has_ended_is_kept_from_them_too(engine: Engine) -> None:
    engine.cases.cancel(1, "Over.", by=who(engine, "max"))
    bar(engine, "sam")
    assert not sees(engine, "sam")


class TestByTheProcess:
    """The property ``bars``: FEEL that names people by what is answered."""

    @pytest.fixture
    def named(self, engine: Engine) -> Engine:
        deploy(engine, NAMED, authority=HOME)
        return engine

    def start(self, engine: Engine, about: Any) -> int:
        return engine.cases.start("p", variables={"about": about}, authority=HOME)

    def barred(self, engine: Engine, case: int) -> list[str]:
        with engine.reading() as session:
            return [row.name for row in queries.bars(session, case)]

    @pytest.mark.parametrize(
        ("about", "who"),
        [
            ("sam", ["Sam"]),
            ("SAM@example.org", ["Sam"]),
            (["sam", "hal"], ["Hal", "Sam"]),
            ("seo", ["Sue", "Sam"]),
            (None, []),
            ([], []),
            ("clerk", []),
        ],
        ids=json.dumps,
    )
    def test_it_names_a_person_an_address_a_list_or_a_role(self, named: Engine, about: Any, who: list[str]) -> None:
        assert sorted(self.barred(named, self.start(named, about))) == sorted(who)

    def test_an_answer_bars_as_well(self, named: Engine) -> None:
        case = self.start(named, None)
        named.tasks.complete(task(named, "a", case), {"about": "sue"}, by=who(named, "sam"))
        assert self.barred(named, case) == ["Sue"]

    def test_whoever_a_manager_let_in_again_stays_in(self, named: Engine) -> None:
        case = self.start(named, "sue")
        named.conflicts.lift(1, "Another Sue.", who(named, "max"))
        named.tasks.complete(task(named, "a", case), {}, by=who(named, "sam"))
        assert [row.lifted is not None for row in self.rows(named, case)] == [True]

    def rows(self, engine: Engine, case: int) -> list[queries.BarRow]:
        with engine.reading() as session:
            return queries.bars(session, case)

    def test_a_name_that_is_nobody_s_stops_the_case_where_it_stands(self, named: Engine) -> None:
        with pytest.raises(StartKept, match="Nobody here is called “nemo”"):
            self.start(named, "nemo")
        assert len(named.tasks.open()) == 1, "of the first case alone"

    def test_a_step_costs_no_more_where_the_process_bars_nobody(self, engine: Engine) -> None:
        assert self.barred(engine, 1) == []


def test_of_a_case_that_they_may_not_see_nothing_is_said_to_whoever_begins_another(engine: Engine) -> None:
    engine.schools.import_file(b"urn,name,phase,type\n100001,Sampleby,primary,community\n", HOME)
    engine.cases.start("p", school="100001", authority=HOME)
    engine.conflicts.bar(2, "sam", "They are complained about.", who(engine, "max"))
    with pytest.raises(NotForThisSchool, match="^“p” can't begin for Sampleby now"):
        engine.cases.start("p", school="100001", by=who(engine, "sam"))


def covering(engine: Engine, name: str, absent: str) -> None:
    today = engine.clock.now().date()
    engine.people.cover(Wanted(absent, name, today, today, "Leave."), who(engine, "max"))


@pytest.fixture
def kept(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Beside these a clerk, whose role sees nothing of the case, and who covers for Sam, whose role does."""
    monkeypatch.setitem(MEMBERS, "cas", {"clerk"})
    covering(engine, "cas", "sam")
    return engine


def test_whoever_is_away_is_mailed_who_covers(kept: Engine) -> None:
    with kept.reading() as session:
        told = [(row.payload["to"], row.payload["subject"]) for row in session.scalars(select(Outbox))]
    assert ("sam@example.org", "Cas covers for you") in told


def test_whoever_covers_sees_what_the_absent_person_sees(kept: Engine) -> None:
    assert sees(kept, "cas")


def test_whoever_covers_for_somebody_barred_meets_nothing_of_the_case(kept: Engine) -> None:
    bar(kept, "sam")
    assert not sees(kept, "cas")
    with kept.reading(who(kept, "cas")) as session:
        assert barred_from(session, who(kept, "cas")) == {1}


def mailed(engine: Engine) -> set[str]:
    """To whom the case was mailed."""
    with engine.reading() as session:
        return {row.payload["to"] for row in session.scalars(select(Outbox).where(Outbox.instance_id == 1))}


def test_nothing_of_it_is_mailed_to_whoever_covers_for_somebody_barred(kept: Engine) -> None:
    for name in ("cas", "sue"):
        kept.notices.choose("once", who(kept, name))
    bar(kept, "sam")
    kept.tasks.complete(1, {}, by=who(kept, "sue"))
    kept.jobs.tell_late()
    assert mailed(kept) == {"sue@example.org"}


def test_whoever_covers_is_mailed_while_nobody_is_barred(kept: Engine) -> None:
    kept.notices.choose("once", who(kept, "cas"))
    kept.tasks.complete(1, {}, by=who(kept, "sam"))
    kept.jobs.tell_late()
    assert "cas@example.org" in mailed(kept)


def test_nothing_of_it_is_given_to_whoever_covers_for_somebody_barred(kept: Engine) -> None:
    bar(kept, "sam")
    assert [each.username for each in kept.tasks.able([1], who(kept, "max"))] == ["sue"]


def test_whoever_sees_the_case_by_a_role_of_their_own_goes_on_while_they_cover(engine: Engine) -> None:
    covering(engine, "sue", "sam")
    bar(engine, "sam")
    assert sees(engine, "sue")
