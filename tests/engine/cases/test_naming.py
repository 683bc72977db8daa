"""Who may be named a school's link adviser, what it gives them while they may, and who is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import Config, Engine, Scope, queries
from engine.errors import RegisterUnreadable
from engine.people.authorities import Authority
from engine.people.directory import Member
from engine.people.files import WrongCell
from engine.queries import AuditFilters
from engine.settings import MailServer
from engine.store.tables import Outbox
from tests.engine.running import clock_of, deploy, role, running
from tests.engine.spiff.cases import bpmn

HEAD = "urn,name,phase,type,link_adviser\n"
SCHOOLS = f"{HEAD}100001,Elm,primary,community,sam@example.org\n100002,Oak,primary,community,Nobody Known\n"
CELLS = {"role": "link-adviser", "school": "100001"}
TASKS = bpmn(
    '<startEvent id="s"/><userTask id="look" camunda:candidateGroups="officer"/><endEvent id="e"/>', "s>look look>e"
)
#: Who can sign in, with which roles.
PEOPLE = {
    "sam": {"officer"},
    "sue": {"officer"},
    "ada": {"admin"},
    "abe": {"admin", "officer"},
    "mem": {"member"},
    "mo": {"director"},
    "gov": {"auditor"},
    "kim": {"clerk"},
}


@pytest.fixture
def accounts() -> dict[str, set[str]]:
    return {name: set(roles) for name, roles in PEOPLE.items()}


def town(per_school: str = "") -> Authority:
    roles = {
        each.id: replace(each, per_school=each.id == per_school)
        for each in (
            role("officer"),
            role("other", "start"),
            role("admin", "administer"),
            role("member"),
            role("director", "manage"),
            role("auditor", "audit"),
            replace(role("clerk"), kind="contact"),
        )
    }
    return Authority("town", "Town", "", "town", roles, (), {})


def made(database_url: str, accounts: dict[str, set[str]], home: Authority) -> Engine:
    def directory(session: Session, authority: str, day: date, *_: object) -> Iterable[Member]:
        for name, roles in accounts.items():
            yield Member(f"{name}@example.org", name.title(), f"{name}@example.org", frozenset(roles))

    config = Config(authorities={"town": home}, mail=MailServer("mail.example.org"))
    engine = running(database_url, config=config, directory=directory)
    deploy(engine, TASKS, authority="town")
    return engine


@pytest.fixture
def engine(database_url: str, accounts: dict[str, set[str]]) -> Engine:
    engine = made(database_url, accounts, town())
    engine.schools.import_file(SCHOOLS.encode(), "town")
    return engine


def who(engine: Engine, name: str, *roles: str) -> Scope:
    return engine.people.scope("town", roles or PEOPLE[name], f"{name}@example.org", name.title())


def name_one(engine: Engine, name: str, by: str = "ada", day: date | None = None, **cells: str) -> None:
    since = day or engine.clock.now().date()
    given = {**CELLS, "email": f"{name}@example.org", "name": name.title(), "from": since.isoformat(), **cells}
    engine.people.add(given, who(engine, by))


def told(engine: Engine, name: str) -> list[tuple[str, str]]:
    with engine.reading(who(engine, name)) as session:
        return [(each.subject, each.text) for each in queries.notices(session, who(engine, name)).items]


def subjects(engine: Engine, name: str) -> list[str]:
    return [subject for subject, _ in told(engine, name)]


def read(engine: Engine, said: str) -> None:
    scope = who(engine, "ada")
    engine.schools.confirm_import(
        engine.schools.look({"a.csv": f"{HEAD}100002,Oak,primary,community,{said}\n".encode()}, scope), scope
    )


class TestWhoMayBe:
    @pytest.mark.parametrize("name", ["mem", "ada", "mo", "gov", "kim"])
    def test_somebody_without_an_officer_s_role_that_cases_ask_is_refused(self, engine: Engine, name: str) -> None:
        with pytest.raises(WrongCell, match="cannot be a link adviser"):
            name_one(engine, name, by="abe")

    def test_nobody_names_themselves(self, engine: Engine) -> None:
        with pytest.raises(WrongCell, match="Nobody names themselves"):
            name_one(engine, "abe", by="abe")

    def test_nor_by_an_entry_of_theirs_that_is_moved(self, engine: Engine) -> None:
        name_one(engine, "abe", school="100002")
        with engine.reading() as session:
            [row] = [each for each in queries.people(session, queries.PeopleFilters(text="abe")).items]
        later = (engine.clock.now().date() + timedelta(days=7)).isoformat()
        with pytest.raises(WrongCell, match="Nobody names themselves"):
            engine.people.move(row.id, {"school": "100001", "from": later}, who(engine, "abe"))

    def test_nor_by_an_entry_that_is_given_longer(self, engine: Engine) -> None:
        day = engine.clock.now().date()
        name_one(engine, "abe", until=day.isoformat())
        with engine.reading() as session:
            [row] = [each for each in queries.people(session, queries.PeopleFilters(text="abe")).items]
        cells = {"name": "Abe", "email": "abe@example.org", "from": day.isoformat()}
        with pytest.raises(WrongCell, match="Nobody names themselves"):
            engine.people.change(row.id, cells, who(engine, "abe"))

    def test_whoever_lost_the_role_can_be_ended(self, engine: Engine, accounts: dict[str, set[str]]) -> None:
        accounts["sam"] = {"member"}
        with engine.reading() as session:
            [row] = [each for each in queries.people(session, queries.PeopleFilters(text="sam")).items]
        day = engine.clock.now().date().isoformat()
        cells = {"name": "Sam", "email": "sam@example.org", "from": day, "until": day}
        engine.people.change(row.id, cells, who(engine, "ada"))
        with engine.reading() as session:
            assert [each.until for each in queries.people(session, queries.PeopleFilters(text="sam")).items] == [
                engine.clock.now().date()
            ]

    def test_with_roles_that_look_after_schools_it_is_these_alone(
        self, database_url: str, accounts: dict[str, set[str]]
    ) -> None:
        engine = made(database_url, {**accounts, "sue": {"other"}}, town("other"))
        engine.schools.import_file(f"{HEAD}100001,Elm,primary,community,\n".encode(), "town")
        name_one(engine, "sue")
        with pytest.raises(WrongCell, match="looks after schools"):
            name_one(engine, "sam")

    def test_who_has_no_account_yet_may_be(self, engine: Engine) -> None:
        name_one(engine, "new")
        with engine.reading() as session:
            assert queries.school(session, "100001").link_adviser == "New"

    @pytest.mark.parametrize(
        ("said", "why"), [("mem@example.org", "cannot be"), ("Mem", "cannot be"), ("Ada", "themselves")]
    )
    def test_the_file_of_schools_says_the_line(self, engine: Engine, said: str, why: str) -> None:
        with pytest.raises(RegisterUnreadable, match=f"line 2: .*{why}"):
            read(engine, said)

    def test_the_file_of_people_says_the_line(self, engine: Engine) -> None:
        data = "email,name,role,school,from\nmem@example.org,Mem,link-adviser,100001,2026-09-01\n"
        [line] = engine.people.import_file(data.encode(), "town").unreadable
        assert (line.number, "cannot be a link adviser" in line.why) == (2, True)


class TestWhatItGives:
    def seen(self, engine: Engine, name: str, *roles: str) -> list[int]:
        with engine.reading(who(engine, name, *roles)) as session:
            return [row.id for row in queries.instances(session).items]

    def test_the_school_s_cases_are_seen_while_the_role_is_held(self, engine: Engine) -> None:
        assert who(engine, "sam").advises == {"100001"}

    @pytest.mark.parametrize("left", ["member", "admin", "clerk"])
    def test_and_no_longer(self, engine: Engine, left: str) -> None:
        case = engine.cases.start("p", school="100001", by=Scope("town", frozenset(), "sample"))
        assert (self.seen(engine, "sam"), self.seen(engine, "sam", left)) == ([case], [])


class TestWhoIsTold:
    def test_the_new_one(self, engine: Engine) -> None:
        name_one(engine, "sue")
        assert subjects(engine, "sue") == ["You are the link adviser of Elm"]

    def test_the_one_before(self, engine: Engine) -> None:
        clock_of(engine).advance(timedelta(days=7))
        name_one(engine, "sue")
        assert subjects(engine, "sam") == ["You are no longer the link adviser of Elm"]

    @pytest.mark.parametrize("name", ["mo", "gov"])
    def test_those_who_manage_and_who_audit(self, engine: Engine, name: str) -> None:
        name_one(engine, "sue")
        assert told(engine, name) == [
            ("The link adviser of Elm has changed", "Set by Ada. Elm: Sue from Monday 7 September 2026.")
        ]

    def test_by_mail_too(self, engine: Engine) -> None:
        name_one(engine, "sue")
        with engine.reading() as session:
            sent = {row.payload["to"] for row in session.scalars(select(Outbox))}
        assert {"sue@example.org", "mo@example.org", "gov@example.org"} <= sent

    def test_of_a_day_to_come(self, engine: Engine) -> None:
        day = engine.clock.now().date() + timedelta(days=7)
        name_one(engine, "sue", day=day)
        assert told(engine, "mo")[0][1] == (
            "Set by Ada. Elm: Sam from Monday 7 September 2026 until Sunday 13 September 2026; "
            "then Sue from Monday 14 September 2026."
        )

    def test_that_it_has_ended(self, engine: Engine) -> None:
        clock_of(engine).advance(timedelta(days=7))
        with engine.reading() as session:
            [row] = [each for each in queries.people(session, queries.PeopleFilters(text="sam")).items]
        cells = {"name": "Sam", "email": "sam@example.org", "from": "2026-09-07", "until": "2026-09-10"}
        engine.people.change(row.id, cells, who(engine, "ada"))
        assert told(engine, "mo")[0][1] == "Set by Ada. Elm: nobody."

    def test_by_a_file_of_schools(self, engine: Engine) -> None:
        read(engine, "Sue")
        assert [subjects(engine, name) for name in ("sue", "mo")] == [
            ["You are the link adviser of Oak"],
            ["The link adviser of Oak has changed"],
        ]

    def test_of_schools_that_are_new_nobody(self, engine: Engine) -> None:
        assert [told(engine, name) for name in ("sam", "mo")] == [[], []]

    def test_it_is_in_the_trail(self, engine: Engine) -> None:
        name_one(engine, "sue")
        scope = who(engine, "gov")
        with engine.reading(scope) as session:
            rows = queries.audit_page(session, "town", AuditFilters(kinds=["role.added"])).items
        assert [row.person for row in rows if row.who == "ada@example.org"] == ["sue@example.org"]
