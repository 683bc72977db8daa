"""Sign-ins, refusals, and views of what is confidential stand in the audit trail, and what is done to accounts."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from engine import queries
from engine.queries import AuditFilters, AuditRow
from tests.webapp.conftest import Browser, engine_of
from webapp.people import accounts, keeping
from webapp.people.throttle import BY_NAME_AND_ADDRESS

SEO = "seo@barnsley.example.org"


def trail(app: Flask, kind: str, authority: str = "barnsley") -> list[AuditRow]:
    with engine_of(app).reading() as session:
        return list(queries.audit_entries(session, authority, AuditFilters(kinds=(kind,))))


def sign_in(app: Flask, username: str, password: str = "wrong") -> Any:
    return app.test_client().post("/sign-in", data={"username": username, "password": password})


def account_of(app: Flask, username: str) -> int:
    with app.app_context(), engine_of(app).reading() as session:
        return int(session.scalars(select(accounts.Account.id).where(accounts.Account.username == username)).one())


class TestSignIns:
    def test_signing_in_says_who_and_from_where(self, app: Flask, browser: Browser) -> None:
        browser.sign_in("seo")
        entry = trail(app, "sign-in.succeeded")[-1]
        assert (entry.who, entry.channel, entry.address) == (SEO, "web", "127.0.0.1")

    def test_signing_out_is_told(self, app: Flask, browser: Browser) -> None:
        browser.sign_in("seo").post("/sign-out")
        assert trail(app, "sign-in.ended")[-1].who == SEO

    def test_a_wrong_password_is_told_of_whom_it_was_for(self, app: Flask) -> None:
        sign_in(app, SEO)
        entry = trail(app, "sign-in.refused")[-1]
        assert (entry.who_kind, entry.who, entry.person, entry.why) == ("unknown", "", SEO, "The password was wrong.")

    def test_a_name_that_nobody_has_is_the_installation_s_and_not_kept(self, app: Flask) -> None:
        sign_in(app, "my-password-typed-here")
        entry = trail(app, "sign-in.refused", "")[-1]
        assert "my-password" not in repr(entry)

    def test_of_tries_past_the_limit_the_first_alone_is_told(self, app: Flask) -> None:
        for _ in range(BY_NAME_AND_ADDRESS + 4):
            sign_in(app, SEO)
        assert len(trail(app, "sign-in.refused")) == BY_NAME_AND_ADDRESS + 1

    def test_being_signed_out_by_an_administrator_says_by_whom(self, app: Flask, browser: Browser) -> None:
        browser.sign_in("seo")
        other = Browser(app.test_client()).sign_in("administrator")
        other.post(f"/accounts/{account_of(app, SEO)}/sign-out")
        entry = trail(app, "sign-in.forced")[-1]
        assert (entry.who, entry.person) == ("administrator@barnsley.example.org", SEO)


class TestAccounts:
    def test_a_role_is_there_before_and_after(self, app: Flask, browser: Browser) -> None:
        browser.sign_in("administrator").post(f"/accounts/{account_of(app, SEO)}/role", role="clerk")
        entry = trail(app, "account.roles")[-1]
        assert (entry.before["grants"], len(entry.after["grants"])) == ([{"role": "seo"}], 2)

    def test_a_closed_account_is_told(self, app: Flask, browser: Browser) -> None:
        browser.sign_in("administrator").post(f"/accounts/{account_of(app, SEO)}/close")
        assert trail(app, "account.closed")[-1].person == SEO

    def test_a_link_for_a_password_is_told_without_the_link(self, app: Flask, browser: Browser) -> None:
        browser.sign_in("administrator").post(f"/accounts/{account_of(app, SEO)}/link")
        entry = trail(app, "password.link")[-1]
        assert (entry.person, entry.after) == (SEO, {})

    def test_no_entry_has_a_hash_of_a_password(self, app: Flask) -> None:
        with app.app_context():
            keeping.keep("new@example.org", "Nell New", "barnsley", ["seo"], "a long enough password")
        assert "argon2" not in repr(trail(app, "account.added"))
