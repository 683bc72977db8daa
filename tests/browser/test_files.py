"""Evidence in a real browser: dropped on the field, or chosen without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.person import Person
from tests.engine.people.test_evidence import PDF, PNG
from tests.engine.people.test_previews import drawn

FILES = [
    {"name": "minutes.pdf", "mimeType": "application/pdf", "buffer": PDF},
    {"name": "chart.png", "mimeType": "image/png", "buffer": PNG},
]


def begun(person: Person, school: str) -> None:
    """A case with its first task open at the page."""
    case = person.sign_in("seo").start("Schools escalation process", school)
    person.case(case)
    person.follow(person.page.get_by_role("link", name="SEO evidence summary"))


def test_files_are_dropped_on_the_field_and_saved(person: Person, axe: Callable[[], None], tmp_path: Path) -> None:
    page = person.page
    begun(person, "Sampleby Community Primary School")
    page.locator("[name=evidence_summary]").fill("Half a sentence")
    person.press("Save and add files")
    axe()
    file = tmp_path / "dropped.txt"
    file.write_text("What was seen", encoding="utf-8")
    box = page.locator("#files").bounding_box()
    assert box
    hand = page.context.new_cdp_session(page)
    at = {"x": box["x"] + 60, "y": box["y"] + 40, "data": {"items": [], "files": [str(file)], "dragOperationsMask": 1}}
    for move in ("dragEnter", "dragOver", "drop"):
        hand.send("Input.dispatchDragEvent", {"type": move, **at})
    person.press("Add")
    assert "1 file is added." in person.told
    axe()
    with page.expect_download() as saved:
        page.get_by_role("link", name="dropped.txt", exact=True).click()
    assert saved.value.suggested_filename == "dropped.txt"
    picture = {"name": "chart.png", "mimeType": "image/png", "buffer": drawn("PNG").getvalue()}
    page.set_input_files("#files", [picture])  # type: ignore[list-item]
    person.press("Add")  # the page that was put in place of the first by the script sends files as that did
    assert "1 file is added." in person.told
    page.locator("summary", has_text="Look at it").click()
    expect(page.locator(".app-preview")).to_have_js_property("naturalWidth", 1_000)
    axe()
    person.follow(page.get_by_role("link", name="SEO evidence summary"))
    assert page.locator("[name=evidence_summary]").input_value() == "Half a sentence"
    assert "dropped.txt" in person.text()
    axe()


def test_without_javascript_files_are_chosen_in_a_plain_field(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    person = Person(context.new_page(), address)
    begun(person, "Imaginary Hill Foundation Primary School")
    person.press("Save and add files")
    person.page.set_input_files("#files", FILES)  # type: ignore[arg-type]
    person.press("Add")
    assert "2 files are added." in person.told
    context.close()
