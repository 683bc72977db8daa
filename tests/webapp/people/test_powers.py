"""Roles that permit more than one's tasks: whatever is done to who has them, or to what they permit, is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from engine import Scope, queries
from engine.configuration import FILES, ROLES
from engine.configuration.roles import write_roles
from engine.people.register import day_of
from engine.people.sign_in import Provider
from engine.queries import AuditFilters
from engine.store.tables import Outbox
from webapp.current import now, the_engine
from webapp.people import accounts, keeping, providers
from webapp.people.accounts import Granted
from webapp.people.keeping import AccountElsewhere
from webapp.people.providers import Known

BY = Scope("barnsley", frozenset({"administrator"}), "administrator@barnsley.example.org")
SEO = "seo@barnsley.example.org"
IG, OTHER = "information-governance@barnsley.example.org", "process-owner@barnsley.example.org"
MEMBER = "lead-member@barnsley.example.org"
ADA = "administrator@barnsley.example.org"


@pytest.fixture(autouse=True)
def within(app: Flask) -> Iterator[None]:
    """The application."""
    with app.app_context():
        yield


def ident(username: str = SEO) -> int:
    found = accounts.find(username)
    assert found is not None
    return found.id


def told(username: str) -> list[str]:
    account = accounts.find(username)
    assert account is not None
    with the_engine().reading(account.scope) as session:
        return [each.subject for each in queries.notices(session, account.scope).items]


def called(role: str) -> str:
    return the_engine().config.authorities["barnsley"].roles[role].name


def mailed() -> list[tuple[str, str]]:
    with the_engine().reading() as session:
        return [(row.payload["to"], row.payload["subject"]) for row in session.scalars(select(Outbox))]


def today() -> date:
    return day_of(now())


class TestRolesThatPermitMore:
    """That somebody may see every case, audit, keep records or administer is seen by others than who gave it."""

    @pytest.mark.parametrize("role", ["information-governance", "service-director", "administrator"])
    def test_the_person_and_information_governance_are_told(self, role: str) -> None:
        keeping.grant(ident(), Granted(role), BY)
        assert (told(SEO), told(IG)) == (
            [f"You have the role {called(role)}"],
            [f"Sasha Example has the role {called(role)}"],
        )

    def test_from_when_until_when_is_said(self) -> None:
        called = the_engine().config.authorities["barnsley"].roles["service-director"].name
        keeping.grant(ident(), Granted("service-director", date(2026, 10, 1), date(2026, 10, 31)), BY)
        days = f"{called} from Thursday 1 October 2026 until Saturday 31 October 2026"
        assert (told(SEO), told(IG)) == ([f"You have the role {days}"], [f"Sasha Example has the role {days}"])

    def test_each_is_mailed(self) -> None:
        keeping.grant(ident(), Granted("administrator"), BY)
        assert {to for to, _ in mailed()} == {SEO, IG}

    def test_of_any_other_role_nobody_is_told(self) -> None:
        keeping.grant(ident(), Granted("head-of-bsa"), BY)
        assert (told(SEO), told(IG)) == ([], [])

    def test_all_other_administrators_are_told_beside_those_who_audit(self) -> None:
        keeping.grant(ident(OTHER), Granted("administrator"), BY)
        keeping.grant(ident(), Granted("service-director"), BY)
        subject = f"Sasha Example has the role {called('service-director')}"
        assert (subject in told(OTHER), subject in told(IG)) == (True, True)

    def test_whoever_is_let_audit_is_no_watcher_of_it(self) -> None:
        keeping.close(ident(IG), BY)
        keeping.grant(ident(), Granted("information-governance"), BY)
        assert told(SEO) == [f"You have the role {called('information-governance')}"]

    def test_the_days_alone_are_told_as_that(self) -> None:
        keeping.grant(ident(), Granted("administrator"), BY)
        keeping.grant(ident(), Granted("administrator", since=today() + timedelta(days=7)), BY)
        assert told(SEO)[0] == f"Your days in the role {called('administrator')} have changed"

    def test_nothing_that_stays_is_told(self) -> None:
        keeping.grant(ident(IG), Granted("information-governance"), BY)
        assert told(IG) == []


class TestTakenAway:
    """Those who are told of roles are not put out of the way for a minute unseen."""

    def test_whoever_is_closed_finds_what_was_given_meanwhile_when_they_are_back(self) -> None:
        keeping.close(ident(IG), BY)
        keeping.grant(ident(), Granted("service-director"), BY)
        keeping.reopen(ident(IG), BY)
        assert told(IG) == [
            "Your account is open again",
            f"Sasha Example has the role {called('service-director')}",
            "Your account is closed",
        ]

    def test_no_mail_goes_to_them_meanwhile(self) -> None:
        keeping.close(ident(IG), BY)
        before = len(mailed())
        keeping.grant(ident(), Granted("service-director"), BY)
        assert {to for to, _ in mailed()[before:]} == {SEO}

    def test_whoever_holds_it_is_mailed_that_they_are_closed(self) -> None:
        keeping.close(ident(IG), BY)
        assert mailed() == [(IG, "Your account is closed")]

    def test_others_are_told_that_an_account_was_closed_that_audits(self) -> None:
        keeping.grant(ident(OTHER), Granted("administrator"), BY)
        keeping.close(ident(IG), BY)
        assert told(OTHER)[0] == "The account of Gov Guardwell is closed"

    def test_that_a_role_was_withdrawn(self) -> None:
        keeping.withdraw(ident(IG), "information-governance", BY)
        assert told(IG) == [f"You no longer have the role {called('information-governance')}"]

    def test_that_a_role_was_dated_back(self) -> None:
        keeping.grant(ident(IG), Granted("information-governance", until=today() - timedelta(days=1)), BY)
        assert told(IG) == [f"Your days in the role {called('information-governance')} have changed"]

    def test_whoever_was_dated_back_finds_what_was_given_meanwhile(self) -> None:
        keeping.grant(ident(IG), Granted("information-governance", until=today() - timedelta(days=1)), BY)
        keeping.grant(ident(), Granted("service-director"), BY)
        assert told(IG)[0] == f"Sasha Example has the role {called('service-director')}"

    def test_that_an_account_ends(self) -> None:
        keeping.end_on(ident(IG), today() + timedelta(days=1), BY)
        assert told(IG) == ["The last day of your account has changed"]

    def test_of_an_account_without_such_a_role_nobody_is_told(self) -> None:
        keeping.close(ident(), BY)
        assert (told(IG), mailed()) == ([], [])


class TestLetInWithoutCodes:
    def test_the_person_and_information_governance_are_told(self) -> None:
        keeping.take_codes_away(ident(), BY)
        assert (told(SEO), told(IG)) == (
            ["You are let in without codes"],
            ["Sasha Example is let in without codes"],
        )

    def test_each_is_mailed(self) -> None:
        keeping.take_codes_away(ident(), BY)
        assert {to for to, _ in mailed()} == {SEO, IG}


class TestWhatARolePermits:
    """A change of it gives all who hold the role what a role of their own would have given."""

    def change(self, role: str, **said: object) -> None:
        roles = dict(the_engine().config.authorities["barnsley"].roles)
        roles[role] = replace(roles[role], **said)  # type: ignore[arg-type]
        the_engine().deployments.deploy({FILES[ROLES]: write_roles(roles.values())}, by=BY)

    def test_whoever_holds_it_and_those_who_watch_are_told(self) -> None:
        self.change("lead-member", capabilities=frozenset({"manage", "audit"}))
        assert (told(MEMBER), told(IG)) == (
            ["Your role Lead elected member permits something else now"],
            ["The role Lead elected member permits something else now"],
        )

    def test_each_is_mailed(self) -> None:
        self.change("lead-member", capabilities=frozenset({"manage"}))
        assert {to for to, _ in mailed()} == {MEMBER, IG}

    def test_the_notice_says_what(self) -> None:
        self.change("lead-member", capabilities=frozenset({"manage"}))
        account = accounts.find(IG)
        assert account is not None
        with the_engine().reading(account.scope) as session:
            [notice] = queries.notices(session, account.scope).items
        assert notice.text == (
            "Ada Imaginary has changed it. It permits now: see and manage every case. "
            "Held by: Mem Taleworth. If you did not expect it, ask them."
        )

    def test_that_a_role_audits_no_more(self) -> None:
        self.change("information-governance", capabilities=frozenset({"records"}))
        assert told(IG) == [f"Your role {called('information-governance')} permits something else now"]

    def test_that_it_looks_after_schools(self) -> None:
        self.change("lead-member", per_school=True)
        assert told(IG) == ["The role Lead elected member permits something else now"]

    def test_of_another_name_or_the_start_of_cases_nobody(self) -> None:
        self.change("lead-member", name="Portfolio holder", capabilities=frozenset({"start"}))
        assert (told(MEMBER), told(IG)) == ([], [])

    def test_the_trail_says_which_was_added_to_which_role(self) -> None:
        self.change("lead-member", capabilities=frozenset({"manage", "start"}))
        account = accounts.find(IG)
        assert account is not None
        with the_engine().reading(account.scope) as session:
            entry = queries.audit_page(session, "barnsley", AuditFilters(kinds=["deployment.made"])).items[0]
        assert entry.after["permits"] == ["Lead elected member: manage added, start added"]

    def test_and_which_was_taken_away(self) -> None:
        self.change("information-governance", capabilities=frozenset({"audit"}))
        account = accounts.find(IG)
        assert account is not None
        with the_engine().reading(account.scope) as session:
            entry = queries.audit_page(session, "barnsley", AuditFilters(kinds=["deployment.made"])).items[0]
        assert entry.after["permits"] == [f"{called('information-governance')}: records taken away"]

    def test_administrator_changes_what_their_own_role_permits_and_is_told_too(self) -> None:
        self.change("administrator", capabilities=frozenset({"administer", "audit"}))
        assert told(ADA) == ["Your role Administrator permits something else now"]


class TestOtherWaysToBeGivenARole:
    """What the browser does not do is told as well."""

    def test_the_command_line(self) -> None:
        keeping.keep("new@example.org", "Nell New", "barnsley", ["service-director"], "a long enough password")
        assert told(IG) == [f"Nell New has the role {called('service-director')}"]

    def test_a_group_of_a_provider(self, app: Flask) -> None:
        provider = Provider(
            "Council account", "https://issuer.example.org", "pathways", {}, "preferred_username", "groups"
        )
        known = Known("barnsley", provider, "1", "ann@example.org", "Ann Invented", frozenset({"administrator"}))
        with app.test_request_context():
            providers.sign_in(known)
        assert told(IG) == [f"Ann Invented has the role {called('administrator')}"]

    def test_nobody_is_moved_to_another_authority(self) -> None:
        with pytest.raises(AccountElsewhere, match="is of the authority barnsley"):
            keeping.keep(SEO, "Sasha Example", "elsewhere", ["seo"], "a long enough password")
