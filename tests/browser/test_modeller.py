"""A process owner changes the diagram by drag and drop, deploys it, and the next case meets the new task."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.person import Person

PROCESS = "Schools escalation process"
WORK, WHEN, DOES = "Who does it, and by when", "When", "What it does"


def open_modeller(person: Person, fresh: bool = False) -> Page:
    """The modeller with my draft of the process, if there is one, or with the deployed version (``fresh``)."""
    person.sign_in("process-owner")
    person.page.goto(f"{person.address}/processes/barnsley-escalation")
    address = person.page.get_by_role("button", name="Edit in the modeller").get_attribute("href")
    person.page.goto(f"{person.address}{address}{'?fresh=1' if fresh else ''}")
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
    fill(page, "General", "Name", "Tell the headteacher about the concern")
    choose(page, WORK, "Form", "Concern about leadership or governance")
    choose(page, WORK, "Roles whose task it is", "School Evaluation Officer (SEO)")
    page.get_by_label("What you changed, and why").fill("The headteacher is told first")
    page.get_by_role("button", name="Deploy as version 2").click()
    page.wait_for_url("**/processes/barnsley-escalation?deployed=1")
    assert "Version 2 is deployed" in person.told
    person.sign_in("seo").start(PROCESS, "Pretendale Infant School")
    assert "Tell the headteacher about the concern" in person.tasks(), "a new case runs on the new version"
    person.case(old)
    assert "version 1" in person.page.locator(".govuk-caption-l").inner_text(), "a running case stays on its own"
    assert "Tell the headteacher" not in person.text()


def panel(page: Page, group: str) -> Locator:
    """The properties panel, with one of its groups open."""
    found = page.locator("#modeller-panel")
    header = found.locator(".bio-properties-panel-group-header", has_text=group).first
    if "open" not in (header.get_attribute("class") or "").split():
        header.click()
    return found


def fill(page: Page, group: str, field: str, text: str) -> None:
    """Fill in a field of the properties panel."""
    place = panel(page, group).get_by_label(field, exact=True)
    place.fill(text)
    place.press("Tab")


def choose(page: Page, group: str, field: str, label: str) -> None:
    """Choose one of what the properties panel offers."""
    panel(page, group).get_by_label(field, exact=True).select_option(label=label)


def add(page: Page, block: str) -> None:
    """Put a building block on the canvas, after what is selected."""
    page.get_by_label("Building block").select_option(label=block)
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#modeller-status")).to_contain_text(block)


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


def test_a_version_from_a_date_and_with_approval(person: Person, axe: Callable[[], None]) -> None:
    page = person.sign_in("process-owner", "redcar-cleveland").page
    page.goto(f"{person.address}/processes/redcar-category-appeal")
    person.follow(page.get_by_role("button", name="Edit in the modeller"))
    page.wait_for_selector("[data-modeller][data-shown]")
    page.get_by_role("button", name="Hand in for approval").click()
    expect(page.locator("#modeller-status")).to_contain_text("Enter a note")
    page.mouse.dblclick(*middle(page, "appeal-made"))
    page.keyboard.press("Control+A")
    page.keyboard.type("An appeal has come")
    page.keyboard.press("Enter")
    expect(page.locator("#modeller-saved")).to_contain_text("Saved as")
    page.get_by_label("What you changed, and why").fill("In the words of the policy")
    page.get_by_label("From (empty: at once)").fill(f"{person.today + timedelta(days=9):%Y-%m-%d}")
    page.get_by_role("button", name="Hand in for approval").click()
    page.wait_for_url("**/planned/*")
    place = page.url
    assert "Somebody else has to approve" in person.text()
    person.sign_in("head-of-education", "redcar-cleveland")
    person.follow(page.locator("main").get_by_role("link", name="Deployment of"))
    page.wait_for_selector("[data-diagram][data-shown]")
    assert "An appeal has come" in person.text()
    axe()
    person.press("Approve this deployment")
    assert "it takes effect on" in person.told
    person.forward("1 month")
    page.goto(place)
    expect(page.locator("main")).to_contain_text("Deployed")


def test_a_new_process_from_an_empty_canvas(person: Person, axe: Callable[[], None]) -> None:
    page = person.sign_in("process-owner").page
    page.goto(f"{person.address}/processes/new")
    axe()
    page.get_by_label("What is it called?").fill("Welcome a headteacher")
    person.press("Begin drawing")
    page.wait_for_selector("[data-modeller][data-shown]")
    page.mouse.click(*middle(page, "begins"))
    page.locator(".djs-context-pad [data-action='append.append-task']").click()
    page.keyboard.press("Escape")
    expect(page.locator("#modeller-found")).to_contain_text("to mend")
    page.get_by_role("button", name="Map").click()
    expect(page.locator(".djs-minimap.open")).to_be_visible()
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".djs-search-container input, .djs-search-open input").first).to_be_visible()
    page.keyboard.press("Escape")
    axe()
    page.goto(f"{person.address}/processes")
    assert "Welcome a headteacher" in person.text()


def test_two_windows_in_one_draft_lose_nothing(person: Person, browser: Browser, axe: Callable[[], None]) -> None:
    page = open_modeller(person, fresh=True)
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


def test_a_process_of_building_blocks(person: Person, axe: Callable[[], None]) -> None:
    page = person.sign_in("process-owner").page
    page.goto(f"{person.address}/processes/new")
    page.get_by_label("What is it called?").fill("Visit a school")
    person.press("Begin drawing")
    page.wait_for_selector("[data-modeller][data-shown]")
    add(page, "Officer task")
    fill(page, "General", "Name", "Arrange the visit")
    choose(page, WORK, "Form", "Concern about leadership or governance")
    choose(page, WORK, "Roles whose task it is", "School Evaluation Officer (SEO)")
    due = panel(page, WORK).get_by_label("Due", exact=True)
    expect(due).to_have_value("10 working days")
    expect(page.locator("#modeller-panel")).to_contain_text("If it began today: ")
    due.fill("10 wroking days")
    expect(page.locator("#modeller-panel")).to_contain_text("is not understood")
    due.fill("5 working days")
    axe()
    add(page, "Letter or notice")
    choose(page, DOES, "Roles that are told", "Headteacher")
    page.get_by_role("button", name="Remove Headteacher").click()
    choose(page, DOES, "Roles that are told", "School Evaluation Officer (SEO)")
    page.keyboard.press("Escape")
    page.locator(".djs-context-pad [data-action='append.end-event']").click()
    page.locator("#modeller-canvas svg").first.click(position={"x": 300, "y": 30})
    choose(page, "Its cases", "Roles that may start one", "School Evaluation Officer (SEO)")
    choose(page, "Its cases", "Each is about a school", "Yes")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#modeller-status")).to_contain_text("can run this diagram")
    page.get_by_label("What you changed, and why").fill("Visits are arranged by the SEO")
    page.get_by_role("button", name="Deploy as version 1").click()
    page.wait_for_url("**/processes/barnsley-visit-a-school?deployed=1")
    person.sign_in("seo").start("Visit a school", "Whatif Vale Junior School")
    assert "Arrange the visit" in person.tasks("Visit a school")


@pytest.mark.parametrize(
    ("block", "shapes"),
    [("Joint decision", 5), ("Consultation", 3), ("Meeting on a school timer", 2), ("Report from outside", 1)],
)
def test_one_undo_takes_a_block_back(person: Person, block: str, shapes: int) -> None:
    page = open_modeller(person, fresh=True)
    drawn = page.locator("#modeller-canvas .djs-shape:not([data-element-id$='_label'])")
    before = drawn.count()
    page.mouse.click(*middle(page, "document-evidence"))
    add(page, block)
    assert drawn.count() == before + shapes
    page.locator("#modeller-canvas svg").first.press("Control+z")
    expect(drawn).to_have_count(before)


def test_the_building_blocks_for_the_desktop(person: Person, axe: Callable[[], None]) -> None:
    page = open_modeller(person, fresh=True)
    page.get_by_text("Keys, and the desktop").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Building blocks for the desktop Camunda Modeler").click()
    templates = {each["name"]: each for each in json.loads(download.value.path().read_text())}
    letter = templates["Letter or notice"]
    assert {"type": "Hidden", "value": "notify", "binding": {"type": "property", "name": "camunda:topic"}} in letter[
        "properties"
    ]
    [form] = [each for each in templates["Officer task"]["properties"] if each["label"] == "Form"]
    assert {"name": "SEO evidence summary", "value": "barnsley/evidence-summary"} in form["choices"]


def test_a_message_is_one_that_there_is(person: Person) -> None:
    page = open_modeller(person, fresh=True)
    page.mouse.click(*middle(page, "document-evidence"))
    add(page, "Report from outside")
    told = panel(page, "What has happened, and who says so")
    told.get_by_label("One that there is").select_option(label="Concern resolved (concern-resolved)")
    expect(told.get_by_label("Message", exact=True)).to_have_value("concern-resolved")


def messages(page: Page) -> list[str]:
    """The names of the messages in the draft that is saved next."""
    with page.expect_response(lambda answer: "/api/drafts" in answer.url) as saved:
        page.get_by_role("button", name="Go back to the deployed version").click()
    xml = json.loads(saved.value.request.post_data or "")["xml"]
    return re.findall(r'<bpmn:message id="[^"]*" name="([^"]*)"', xml)


def test_a_message_that_is_typed_leaves_no_halves_of_its_name(person: Person) -> None:
    page = open_modeller(person, fresh=True)
    page.mouse.click(*middle(page, "document-evidence"))
    add(page, "Report from outside")
    typed = panel(page, "What has happened, and who says so").get_by_label("Message", exact=True)
    typed.fill("")
    typed.press_sequentially("visited", delay=400)  # slower than the panel waits for the next letter
    found = messages(page)
    assert [name for name in found if name.startswith(("v", "it-"))] == ["visited"]


def test_a_message_of_two_keeps_its_name_when_one_is_given_another(person: Person) -> None:
    page = open_modeller(person, fresh=True)
    page.mouse.click(*middle(page, "document-evidence"))
    add(page, "Report from outside")
    add(page, "Report from outside")
    fill(page, "What has happened, and who says so", "Message", "it-is-over")
    assert sorted(name for name in messages(page) if name.startswith("it-")) == ["it-is-over", "it-is-reported"]


def test_an_answer_that_comes_late_is_not_said_of_what_was_typed_since(person: Person) -> None:
    page = open_modeller(person, fresh=True)
    held: list[Route] = []
    page.route("**/api/timer", lambda route: held.append(route) if "10 wroking" in _sent(route) else route.continue_())
    page.mouse.click(*middle(page, "document-evidence"))
    due = panel(page, WORK).get_by_label("Due", exact=True)
    with page.expect_request(lambda request: "10 wroking" in (request.post_data or "")):
        due.fill("10 wroking days")
    due.fill("5 working days")
    expect(page.locator("#modeller-panel")).to_contain_text("If it began today: ")
    with page.expect_response("**/api/timer"):
        held[0].continue_()
    page.wait_for_timeout(300)
    expect(page.locator("#modeller-panel")).to_contain_text("If it began today: ")


def _sent(route: Route) -> str:
    return route.request.post_data or ""


def test_that_there_is_nothing_to_choose_from_is_said_until_there_is(person: Person) -> None:
    person.page.route("**/processes/choices", lambda route: route.fulfill(body="Sign in"))
    person.sign_in("process-owner").page.goto(f"{person.address}/processes/barnsley-escalation")
    address = person.page.get_by_role("button", name="Edit in the modeller").get_attribute("href")
    person.page.goto(f"{person.address}{address}?fresh=1")
    expect(person.page.locator("#modeller-status")).to_contain_text("to choose from cannot be fetched")
    person.page.unroute("**/processes/choices")
    person.page.wait_for_selector("[data-modeller][data-shown]")
    expect(person.page.locator("#modeller-status")).not_to_contain_text("cannot be fetched")


def test_how_long_a_message_waits_is_a_length_of_time_alone(person: Person) -> None:
    page = open_modeller(person, fresh=True)
    page.mouse.click(*middle(page, "no-further-action"))
    page.locator(".djs-context-pad [data-action='replace']").click()
    page.locator(".djs-popup [data-id='replace-with-message-end']").click()
    fill(page, "What has happened, and who says so", "Message", "it-ended")
    kept = panel(page, "What has happened, and who says so").get_by_label("Waits for its case", exact=True)
    kept.fill("every 2 weeks")
    expect(page.locator("#modeller-panel")).to_contain_text("is not understood")


def test_a_way_is_taken_where_no_other_is_true(person: Person) -> None:
    page = open_modeller(person, fresh=True)
    for flow, says in (("flow-what-decided-to-document-evidence", "true"), ("flow-what-decided-to-sisg-rule", "")):
        page.locator(f"[data-element-id='{flow}'] .djs-hit").first.dispatch_event("click")
        otherwise = panel(page, "Only if").get_by_label("Taken where no other way is true", exact=True)
        expect(otherwise).to_have_value(says)
    otherwise.select_option(label="Yes")
    page.locator("[data-element-id='flow-what-decided-to-document-evidence'] .djs-hit").first.dispatch_event("click")
    expect(otherwise).to_have_value("")


def test_what_is_not_executed_cannot_be_chosen(person: Person) -> None:
    page = open_modeller(person, fresh=True)
    page.mouse.click(*middle(page, "what-decided"))
    page.locator(".djs-context-pad [data-action='replace']").click()
    expect(page.locator(".djs-popup [data-id='replace-with-parallel-gateway']")).to_be_visible()
    assert page.locator(".djs-popup [data-id='replace-with-complex-gateway']").count() == 0
