"""The whole job by keyboard alone, found by the roles and names of the accessibility tree."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from engine import Config, Engine
from engine.calendar.files import Calendars
from tests.browser.conftest import ROOT
from tests.browser.person import PASSWORD
from tests.browser.test_monday import made

#: More stops than a page has.
STOPS = 80


def said(page: Page, role: str, name: str) -> str:
    """What a screen reader says of the focus, where it has this role and a name that begins so."""
    focused = page.locator(":focus")
    told = focused.aria_snapshot() if focused.count() else ""
    return told if re.match(rf"- '?{role} \"{re.escape(name)}", told) else ""


def reach(page: Page, role: str, name: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        if said(page, role, name):
            return
    raise AssertionError(f"no {role} {name} is reached: {page.locator('body').aria_snapshot()}")


def follow(page: Page, role: str, name: str) -> None:
    reach(page, role, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose_below(page: Page, name: str) -> None:
    """Move down in a group of radios to one of them."""
    for _ in range(STOPS):
        page.keyboard.press("ArrowDown")
        if "[checked]" in said(page, "radio", name):
            return
    raise AssertionError(f"no radio {name} below")


def test_the_whole_job_is_done_by_keyboard(address: str, database: Path, page: Page) -> None:
    config = Config.load(ROOT / "config", {"PATHWAYS_SAMPLE": "1"})
    engine = Engine(f"sqlite:///{database}", config=config, calendar=Calendars(ROOT / "config" / "calendars"))
    for school in (100001, 100002):
        made(engine, school, "consider-evidence")
    page.goto(f"{address}/sign-in")
    reach(page, "textbox", "Email address")
    page.keyboard.type("head-of-bsa@barnsley.example.org")
    reach(page, "textbox", "Password")
    page.keyboard.type(PASSWORD)
    follow(page, "button", "Sign in")
    follow(page, "link", "Head of BSA decision")
    first = page.url
    reach(page, "radio", "More evidence is needed")
    choose_below(page, "Escalate: the case goes on")
    reach(page, "textbox", "Why?")
    page.keyboard.type("Phonics has slipped.")
    reach(page, "radio", "It needs targeted support")  # asked since it was escalated
    choose_below(page, "It is getting to good")
    follow(page, "button", "Complete, and go on with")
    expect(page.get_by_role("main")).to_match_aria_snapshot("- heading /Check/ [level=1]")
    follow(page, "button", "Confirm and complete")
    expect(page.get_by_role("main")).to_match_aria_snapshot('- heading "Head of BSA decision" [level=1]')
    assert page.url != first
