"""What waits for an administrator, or who looks after records, on their first page, each linked to where it is mended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import delete, update

from engine import Scope
from engine.clock import VirtualClock
from engine.store.tables import Holding, Person
from tests.webapp.conftest import Browser, engine_of, give
from webapp.people import accounts


def waits(browser: Browser, address: str = "/") -> dict[str, str]:
    """What the first page says that waits, and where it leads."""
    answer = browser.client.get(address, follow_redirects=True)
    page = html.fromstring(answer.get_data(as_text=True))
    found = page.xpath('//h2[.="Yours to look after"]/following-sibling::ul[1]/li/a')
    return {" ".join(each.text_content().split()): each.get("href") for each in found}


def number(found: dict[str, str], ending: str) -> int:
    """How many the line with this ending speaks of; none where there is no such line."""
    return next((int(said.split()[0]) for said in found if said.endswith(ending)), 0)


def leave(app: Flask, username: str) -> None:
    """Close somebody's account."""
    with app.app_context(), engine_of(app).transactions.writing(accounts.ANYBODY) as session:
        account = accounts.find(username, session)
        assert account is not None
        account.closed = True


@pytest.fixture
def left(app: Flask, case: int) -> None:
    """The SEO has claimed a task, and left."""
    seo = "seo@barnsley.example.org"
    engine_of(app).tasks.claim(1, by=Scope("barnsley", frozenset({"seo"}), seo))
    leave(app, seo)


def test_leavers_who_hold_tasks_are_counted(browser: Browser, left: None) -> None:
    found = waits(browser.sign_in("administrator"))
    said = "1 leaver holds 1 task: ask those who manage cases to move them"
    assert found[said] == "/accounts?show=closed"


def test_who_manages_cases_too_is_led_to_where_tasks_are_moved(app: Flask, browser: Browser, left: None) -> None:
    give(app, "administrator@barnsley.example.org", ["administrator", "service-director"])
    assert waits(browser.sign_in("administrator"))["1 leaver holds 1 task"] == "/tasks/claimed"


def test_people_without_an_account_are_counted_each_once(app: Flask, browser: Browser) -> None:
    before = number(waits(browser.sign_in("administrator")), "no account")
    line = "new@example.org,Nan New,headteacher,{},2026-01-01\n"
    lines = "".join(line.format(urn) for urn in ("100001", "100002"))
    engine_of(app).people.import_file(f"email,name,role,school,from\n{lines}".encode(), "barnsley")
    found = waits(browser)
    assert number(found, "no account") == before + 1
    assert "/people?show=no-account" in found.values()


def test_people_without_an_address_are_counted(app: Flask, browser: Browser) -> None:
    before = number(waits(browser.sign_in("administrator")), "no email address")
    with app.app_context(), engine_of(app).transactions.writing(accounts.ANYBODY) as session:
        session.execute(update(Person).where(Person.email == "headteacher@barnsley.example.org").values(email=""))
    found = waits(browser)
    assert number(found, "no email address") == before + 1
    assert "/people?show=no-address" in found.values()


def test_schools_without_head_or_chair_are_counted(app: Flask, browser: Browser) -> None:
    with app.app_context(), engine_of(app).transactions.writing(accounts.ANYBODY) as session:
        session.execute(delete(Holding).where(Holding.role == "headteacher", Holding.urn == "100001"))
    assert waits(browser.sign_in("administrator"))["1 school has no head or no chair"] == "/people/missing"


@pytest.mark.parametrize("role", ["seo", "service-director", "headteacher"])
def test_nobody_else_is_told(browser: Browser, role: str) -> None:
    assert waits(browser.sign_in(role)) == {}


def test_what_is_due_for_deletion_is_counted_for_who_looks_after_records(due: Browser) -> None:
    assert waits(due)["1 case is due for deletion"] == "/records"


def test_a_hold_is_counted_once_its_day_has_come(app: Flask, browser: Browser, clock: VirtualClock) -> None:
    said = {"until-day": "1", "until-month": "10", "until-year": "2026", "confirmed": "1"}
    browser.sign_in("information-governance").post("/records/holds", school="100001", reason="The court asks.", **said)
    before = waits(browser)
    clock.advance(timedelta(days=30))
    browser.sign_in("information-governance")
    assert (before, waits(browser)["1 legal hold is to be looked at again"]) == ({}, "/records/holds")
