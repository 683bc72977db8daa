"""A process owner changes the diagram by drag and drop, deploys it, and the next case meets the new task."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.person import Person

PROCESS = "Schools escalation process"


def open_modeller(person: Person) -> Page:
    person.sign_in("process-owner")
    person.page.goto(f"{person.address}/processes/barnsley-escalation")
    person.follow(person.page.get_by_role("button", name="Edit in the modeller"))
    person.page.wait_for_selector("[data-modeller][data-shown]")
    return person.page


def middle(page: Page, element: str) -> tuple[float, float]:
    box = page.locator(f"#modeller-canvas [data-element-id='{element}'] .djs-visual").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_new_task_by_drag_and_drop(person: Person, axe: Callable[[], None]) -> None:
    old = person.sign_in("seo").start(PROCESS, "Whatif Vale Junior School")
    page = open_modeller(person)
    axe()
    # From the palette, a task is dragged onto the flow between the start and the evidence, which bpmn-js then splits.
    flow = "flow-concern-begins-to-document-evidence"
    start, task = middle(page, "concern-begins"), middle(page, "document-evidence")
    before = page.locator("#modeller-canvas").bounding_box()
    page.locator(".djs-palette [data-action='create.task']").hover()
    page.mouse.down()
    page.mouse.move(start[0] + 10, start[1] + 60, steps=4)
    page.mouse.move((start[0] + task[0]) / 2 - 12, start[1], steps=8)
    page.mouse.up()
    page.keyboard.press("Escape")
    new = page.evaluate(
        """() => [...document.querySelectorAll("#modeller-canvas .djs-shape")].map(e => e.dataset.elementId)
                   .find(id => id.startsWith("Activity_"))"""
    )
    assert new, f"the task was not dropped on {flow}"
    expect(page.locator("#modeller-saved")).to_contain_text("Saved as")
    assert page.locator("#modeller-canvas").bounding_box() == before, "nothing moves under somebody who draws"
    # The pad of what was dropped may be open or closed: a click elsewhere closes it.
    page.mouse.click(*middle(page, "no-further-action"))
    page.mouse.click(*middle(page, new))
    page.locator(".djs-context-pad [data-action='replace']").click()
    page.locator(".djs-popup [data-id='replace-with-user-task']").click()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#modeller-status")).to_contain_text("to mend")
    expect(page.locator("#modeller-findings")).to_contain_text("form")
    axe()
    for group, field, text in (
        ("General", "Name", "Tell the headteacher about the concern"),
        ("Forms", "Form key", "barnsley/concern"),
        ("Assignment", "Candidate groups", "seo"),
    ):
        fill(page, group, field, text)
    page.get_by_label("What you changed, and why").fill("The headteacher is told first")
    page.get_by_role("button", name="Deploy as version 2").click()
    page.wait_for_url("**/processes/barnsley-escalation?deployed=1")
    assert "Version 2 is deployed" in person.told
    person.sign_in("seo").start(PROCESS, "Pretendale Infant School")
    assert "Tell the headteacher about the concern" in person.tasks(), "a new case runs on the new version"
    person.case(old)
    assert "version 1" in person.page.locator(".govuk-caption-l").inner_text(), "a running case stays on its own"
    assert "Tell the headteacher" not in person.text()


def fill(page: Page, group: str, field: str, text: str) -> None:
    """Fill in a field of the properties panel, opening its group."""
    panel = page.locator("#modeller-panel")
    header = panel.locator(".bio-properties-panel-group-header", has_text=group).first
    if "open" not in (header.get_attribute("class") or "").split():
        header.click()
    if field == "Form key":
        panel.get_by_label("Type", exact=True).select_option(label="Embedded or External Task Forms")
    panel.get_by_label(field, exact=True).fill(text)
    panel.get_by_label(field, exact=True).press("Tab")


def test_a_refused_drawing_is_kept(person: Person) -> None:
    page = open_modeller(person)
    page.mouse.click(*middle(page, "what-decided"))
    page.locator(".djs-context-pad [data-action='delete']").click()
    page.get_by_label("What you changed, and why").fill("No more question")
    page.get_by_role("button", name="Deploy as version").click()
    expect(page.locator("#modeller-findings li").first).to_be_visible()
    page.reload()
    page.wait_for_selector("[data-modeller][data-shown]")
    expect(page.locator("#modeller-status")).to_contain_text("Your draft from earlier")
    assert page.locator("[data-element-id='what-decided']").count() == 0
    page.get_by_role("button", name="Go back to the deployed version").click()
    page.get_by_role("button", name="Keep it").click()
    assert page.locator("[data-element-id='what-decided']").count() == 0, "discarding asks first"
    page.get_by_role("button", name="Go back to the deployed version").click()
    page.get_by_role("button", name="Discard the draft").click()
    expect(page.locator("[data-element-id='what-decided']").first).to_be_visible()
    page.get_by_role("button", name="Have the draft back").click()
    expect(page.locator("#modeller-status")).to_contain_text("Your draft from earlier")
    assert page.locator("[data-element-id='what-decided']").count() == 0, "and can be undone"


def test_two_windows_in_one_draft_lose_nothing(person: Person, browser: Browser, axe: Callable[[], None]) -> None:
    page = person.sign_in("process-owner").page
    page.goto(f"{person.address}/processes/barnsley-escalation")
    address = page.get_by_role("button", name="Edit in the modeller").get_attribute("href")
    page.goto(f"{person.address}{address}?fresh=1")
    page.wait_for_selector("[data-modeller][data-shown]")
    _remove(page, "what-decided")
    expect(page.locator("#modeller-saved")).to_contain_text("Saved as “Draft")
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("[data-modeller][data-shown]")
    _remove(other, "document-evidence")
    expect(other.locator("#modeller-saved")).to_contain_text("Saved as “Draft")
    _remove(page, "consider-evidence")
    expect(page.locator("#modeller-saved")).to_contain_text("has saved this draft meanwhile")
    other.close()
    page.goto(f"{person.address}/processes/barnsley-escalation")
    person.follow(page.get_by_role("link", name=", beside").first)
    assert "User task “Head of BSA decision”" in person.text()
    axe()


def _remove(page: Page, element: str) -> None:
    page.mouse.click(*middle(page, element))
    page.locator(".djs-context-pad [data-action='delete']").click()
