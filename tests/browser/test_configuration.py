"""A process owner changes a setting in Chromium: every page on the way is accessible, at desktop and phone width."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.browser.person import Person


def test_a_setting_is_changed_and_gone_back_to(person: Person, axe: Callable[[], None]) -> None:
    page = person.sign_in("process-owner").page
    page.goto(f"{person.address}/processes")
    person.follow(page.get_by_role("link", name="Settings, roles, school calendar and clauses"))
    axe()
    person.follow(page.get_by_role("link", name="Settings", exact=True))
    axe()
    person.follow(page.get_by_role("link", name="rapid_response"))
    axe()
    page.get_by_label("Value", exact=True).fill("ten moons")
    person.press("Look what this would do")
    assert "This cannot be saved" in person.text()
    axe()
    person.follow(page.get_by_role("link", name="Go back and change it"))
    page.get_by_label("Value", exact=True).fill("")
    person.press("Look what this would do")
    assert "There is a problem" in person.text()
    axe()
    page.get_by_label("Value", exact=True).fill("5 school days")
    person.press("Look what this would do")
    axe()
    person.press("Save")
    assert "Enter what you changed, and why" in person.text()
    axe()
    page.get_by_label("What you changed, and why").fill("Agreed in committee")
    person.press("Save")
    assert "version 2 counts from now on" in person.told
    person.follow(page.get_by_role("link", name="Earlier versions, what changed, and going back"))
    axe()
    person.press("Let it count again, as a new version")
    assert "counts again, as version 3" in person.told


def test_roles_the_calendar_and_clauses_are_changed(person: Person, axe: Callable[[], None]) -> None:
    page = person.sign_in("process-owner").page
    for address in ("/configuration/roles", "/configuration/clauses", "/configuration/calendar"):
        page.goto(f"{person.address}{address}")
        axe()
    page.goto(f"{person.address}/configuration/roles/change?role=seo")
    axe()
    page.get_by_label("Name", exact=True).fill("")
    person.press("Look what this would do")
    assert "Enter a name" in person.text()
    axe()
    page.get_by_label("Name", exact=True).fill("Evaluation officer")
    person.press("Look what this would do")
    assert "Who holds it today" in person.text()
    axe()
    page.goto(f"{person.address}/configuration/clauses/change?clause=BAR-QA-6.1")
    axe()
    page.goto(f"{person.address}/configuration/calendar/year?year=2026/27")
    axe()
    page.locator("#autumn-2-first").fill("2026-10-01")
    person.press("Look what this would do")
    assert "they overlap" in person.text()
    axe()
    page.locator("#autumn-2-first").fill("2026-11-10")
    person.press("Look what this would do")
    assert "Dates of open cases that would move" in person.text()
    page.get_by_label("What you changed, and why").fill("As the council decided")
    person.press("Save")
    assert "School calendar: version" in person.told
    page.goto(f"{person.sign_in('administrator').address}/configuration/roles/change?role=seo")
    axe()


def test_an_export_is_changed_and_imported(person: Person, axe: Callable[[], None], tmp_path: Path) -> None:
    page = person.sign_in("process-owner").page
    page.goto(f"{person.address}/configuration")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export everything").click()
    with zipfile.ZipFile(download.value.path()) as found:
        files = {name: found.read(name) for name in found.namelist()}
    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(changed, "w") as made:
        for name, content in files.items():
            made.writestr(name, content.replace(b"20 working days", b"15 working days"))
    person.follow(page.get_by_role("link", name="Import such a file"))
    axe()
    person.press("Look what it would change")
    assert "Select a zip file" in person.text()
    axe()
    page.set_input_files("#file", changed)
    person.press("Look what it would change")
    assert "15 working days" in person.text()
    axe()
    page.get_by_label("What you import, and why").fill("From the test installation")
    person.press("Import")
    assert "The import is deployed" in person.told
