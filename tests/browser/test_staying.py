"""Sessions on an open page: a warning before they end, and signing in again in place."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.person import PASSWORD, Person
from tests.browser.test_drafts import HALF, SAVED, SUMMARY, begun


def ends_in(database: Path, minutes: int) -> None:
    """Let every session of the installation end so soon."""
    with sqlite3.connect(database) as rows:
        ends = (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S.%f")
        rows.execute("UPDATE account_session SET ends = ?", [ends])


def test_a_page_warns_before_its_session_ends_and_extends_it(
    person: Person, database: Path, axe: Callable[[], None]
) -> None:
    page = person.sign_in("seo").page
    ends_in(database, 5)
    page.reload()
    warning = page.get_by_role("dialog", name="You will be signed out soon")
    expect(warning).to_contain_text("5 minutes")
    axe()
    page.keyboard.press("Enter")  # the first button has the focus
    expect(warning).to_be_hidden()
    page.reload()
    expect(page.get_by_role("heading", name="Your tasks")).to_be_visible()
    expect(warning).to_be_hidden()


def test_whoever_was_signed_out_signs_in_in_place_and_goes_on_with_what_was_typed(
    person: Person, browser: Browser, axe: Callable[[], None]
) -> None:
    page = person.page
    task = begun(person, "Sampleby Community Primary School")
    other = Person(browser.new_context().new_page(), person.address).sign_in("seo")
    other.page.goto(f"{person.address}/account")
    other.press("Sign out everywhere")
    other.page.context.close()
    page.locator(SUMMARY).press_sequentially(HALF)
    again = page.get_by_role("dialog", name="Sign in to go on")
    expect(again).to_be_visible()
    axe()
    again.get_by_label("Your password").fill("wrong")
    again.get_by_role("button", name="Sign in and go on").click()
    expect(again).to_contain_text("The email address or password is wrong")
    again.get_by_label("Your password").fill(PASSWORD)
    again.get_by_role("button", name="Sign in and go on").click()
    expect(again).to_be_hidden()
    expect(page.locator(SUMMARY)).to_have_value(HALF)
    expect(page.locator(SAVED)).to_contain_text("Saved on")
    assert page.url.endswith(f"/tasks/{task}")
