"""A process owner rehearses in a browser: a year, and step by step on the diagram."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.person import Person


def test_a_year_and_then_on_step_by_step(person: Person, page: Page, axe: Callable[[], None]) -> None:
    person.sign_in("process-owner")
    page.goto(f"{person.address}/processes/barnsley-complaint")
    person.follow(page.get_by_role("button", name="Rehearse"))
    axe()
    page.get_by_label("How a case begins").select_option(index=0)
    person.press("Play a year")
    assert "Diary" in person.text()
    axe()
    page.goto(f"{person.address}/processes/barnsley-escalation/rehearse")
    person.press("Play a year")
    person.press("Go on step by step")
    page.wait_for_selector("[data-diagram][data-shown]")
    expect(page.get_by_text("The case has ended.")).to_be_visible()
    axe()
    person.press("Take the last step back")
    expect(page.get_by_role("heading", name="Head of BSA decision")).to_be_visible()
    assert page.locator("[data-diagram] .app-now").count() == 1
    page.get_by_label("Save this rehearsal as").fill("As far as the decision")
    person.press("Save as a test case")
    assert "is saved" in person.told
    axe()
