"""A version beside a file: marks on both diagrams, the list below leads to the element, and a committee can print it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.person import Person

FILE = Path(__file__).resolve().parents[2] / "processes/barnsley/barnsley-escalation.bpmn"


def test_a_version_beside_a_file(person: Person, page: Page, axe: Callable[[], None], tmp_path: Path) -> None:
    changed = tmp_path / "mine.bpmn"
    xml = FILE.read_text(encoding="utf-8").replace("5 working days", "9 working days", 1)
    changed.write_text(xml.replace("Exit: support reduced, case closed", "Exit: closed"), encoding="utf-8")
    person.sign_in("process-owner")
    page.goto(f"{person.address}/processes/barnsley-escalation")
    person.follow(page.get_by_role("link", name="Compare versions"))
    page.get_by_text("Compare with a file, of your own").click()
    page.get_by_label("A .bpmn file").set_input_files(changed)
    person.press("Compare with this file")
    for side in ("old", "new"):
        page.wait_for_selector(f"[data-side={side}][data-shown]")
        assert page.locator(f"[data-side={side}] .app-changed").count() == 2
    expect(page.locator("[data-side=new] .app-badge").first).to_have_text("≠")
    page.get_by_role("button", name="End event “Exit: closed”").click()
    expect(page.locator("[data-side=new] .app-pointed")).to_be_visible()
    axe()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Compare", exact=True)).to_be_hidden()
    expect(page.get_by_role("cell", name="9 working days")).to_be_visible()
