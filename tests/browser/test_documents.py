"""A form and a decision table are changed in their editors and deployed; the form's preview is what officers see."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import AXE, VIOLATIONS
from tests.browser.person import Person


def test_a_question_is_added_by_drag_and_drop(person: Person, axe: Callable[[], None]) -> None:
    page = person.sign_in("process-owner").page
    page.goto(f"{person.address}/documents")
    axe()
    page.goto(f"{person.address}/documents/form/barnsley/call-meeting")
    page.wait_for_selector("[data-document][data-shown]")
    preview = page.locator("#document-preview")
    expect(preview.locator(".govuk-form-group").first).to_be_visible()
    target = page.locator(".fjs-form-editor .fjs-children .fjs-element").first
    page.locator(".fjs-palette-field[data-field-type='textfield']").hover()
    page.mouse.down()
    box = target.bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 40, steps=6)
    page.mouse.move(box["x"] + 60, box["y"] + 4, steps=6)
    page.mouse.up()
    expect(page.locator("#document-saved")).to_contain_text("Saved as")
    expect(preview).to_contain_text("Text field")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#document-status")).not_to_be_empty()
    page.reload()
    page.wait_for_selector("[data-document][data-shown]")
    expect(preview).to_contain_text("Text field")
    page.get_by_label("What you changed, and why").fill("Another question")
    page.get_by_role("button", name="Deploy as version 2").click()
    page.wait_for_url("**/documents")
    assert "is deployed" in person.told


def test_a_rule_of_a_table_is_changed(person: Person) -> None:
    page = person.sign_in("process-owner").page
    page.goto(f"{person.address}/documents")
    person.follow(page.locator("table", has_text="Tables").locator("tbody a").first)
    page.wait_for_selector("[data-document][data-shown]")
    page.evaluate(AXE)
    assert [each["id"] for each in page.evaluate(VIOLATIONS)] == []
    cell = page.locator(".dmn-decision-table-container td.annotation").first
    cell.click()
    page.keyboard.type("As the policy says")
    page.locator("h1").click()
    expect(page.locator("#document-saved")).to_contain_text("Saved as")
    page.get_by_label("What you changed, and why").fill("A remark")
    page.get_by_role("button", name="Deploy as version 2").click()
    page.wait_for_url("**/documents")
    assert "is deployed" in person.told
