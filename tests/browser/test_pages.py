"""Every page, at desktop and at phone width: axe finds nothing, nothing scrolls sideways, and forms work without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.conftest import ROOT
from tests.browser.person import Person, listen
from tests.processor import until

PROCESS = "Schools escalation process"
SCHOOL = "Imaginary Hill Foundation Primary School"
#: Two schools that were merged, and a line that cannot be read.
LINKS = b"URN,LinkURN,LinkType\n100001,100006,Successor\n100002,100006,Successor\n1,2,Successor\n"


def test_every_page_is_accessible(person: Person, page: Page, axe: Callable[[], None]) -> None:
    page.goto(f"{person.address}/accessibility")
    axe()
    page.goto(f"{person.address}/sign-in")
    axe()
    person.press("Sign in")
    axe()
    person.sign_in("seo")
    axe()
    for address in (
        "/start",
        "/start/barnsley-escalation",
        "/start/barnsley-escalation/100005",
        "/start/barnsley-risk-assessment",
        "/start/barnsley-risk-assessment/many",
        "/batches",
        "/schools",
        "/schools/100001",
        "/coverage",
        "/cases",
        "/processes",
        "/nowhere",
        "/definitions/1/edit",
    ):
        page.goto(f"{person.address}{address}")
        axe()
    case = person.start(PROCESS, SCHOOL)
    page.wait_for_selector("[data-diagram][data-shown]")
    axe()
    person.open("SEO evidence summary")
    axe()
    person.press("Complete this task")
    assert "There is a problem" in person.text()
    axe()
    person.do("SEO evidence summary")
    page.goto(f"{person.address}/cases")
    axe()
    person.sign_in("service-director")
    for address in (
        "/trends?process=barnsley-escalation",
        "/cases/board?process=barnsley-escalation",
        "/reports",
        "/calendar",
        "/calendar?view=month",
        "/calendar/terms",
        "/schools/imports",
        "/schools/import",
    ):
        page.goto(f"{person.address}{address}")
        axe()
    page.set_input_files("#links", {"name": "links.csv", "mimeType": "text/csv", "buffer": LINKS})
    person.press("Look at the files")
    axe()
    person.press("Confirm and change the register")
    for address in ("/schools/successions", "/schools/successions/1"):
        page.goto(f"{person.address}{address}")
        axe()
    for address in ("/troubles", *(f"/cases/{case}/{each}" for each in ("suspend", "messages", "conflicts", "move"))):
        page.goto(f"{person.address}{address}")
        axe()
    page.locator("[name=to]").first.check()
    page.fill("#reason", "Agreed at the board.")
    person.press("Continue")
    axe()
    person.case(case).follow(page.locator("main a[href*='/dates/']"))
    axe()
    page.goto(f"{person.sign_in('seo').address}/tasks/waiting")
    axe()
    page.goto(f"{person.address}/tasks/since")
    axe()
    person.sign_in("process-owner").case(case)
    page.goto(f"{person.address}/processes/barnsley-escalation/replay?version=1")
    axe()
    page.goto(f"{person.address}/processes/barnsley-escalation")
    page.wait_for_selector("[data-diagram][data-shown]")
    axe()
    person.forward("1 week")
    axe()
    page.goto(f"{person.sign_in('seo').address}/start/barnsley-risk-assessment/many?all=1")
    person.press("Start the cases")
    page.wait_for_selector("text=All done", timeout=60_000)  # the page looks by itself how far it is
    axe()


def test_the_menu_opens_on_a_phone(person: Person, page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    person.sign_in("seo")
    schools = page.get_by_role("link", name="Schools", exact=True)
    assert not schools.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert schools.is_visible()
    person.follow(schools)
    assert person.heading == "Schools"


def test_what_scrolls_sideways_says_so(person: Person, page: Page) -> None:
    person.sign_in("seo").start(PROCESS, "Whatif Vale Junior School")
    person.do("SEO evidence summary")
    person.sign_in("service-director")
    page.goto(f"{person.address}/trends?process=barnsley-escalation&measure=steps")
    page.set_viewport_size({"width": 375, "height": 800})
    chart = page.get_by_role("region", name="Chart of")
    assert chart.evaluate("each => each.scrollWidth > each.clientWidth")
    assert page.locator("#chart-hint").is_visible()
    chart.focus()
    assert chart.evaluate("each => each === document.activeElement"), "the keyboard scrolls it"
    page.set_viewport_size({"width": 1280, "height": 800})
    assert not chart.evaluate("each => each.scrollWidth > each.clientWidth")
    assert not page.locator("#chart-hint").is_visible()


def test_the_live_diagram_marks_where_the_case_stands(person: Person, page: Page) -> None:
    person.sign_in("seo").start(PROCESS, "Figment Hill Primary School")
    page.wait_for_selector("[data-diagram][data-shown]")
    assert page.locator(".app-now").get_attribute("data-element-id") == "document-evidence"
    done = page.locator(".app-done").evaluate_all("all => all.map(e => e.dataset.elementId)")
    assert "concern-raised" in done


def test_a_task_is_done_without_javascript_and_with_the_keyboard(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    person = Person(context.new_page(), address)
    said = listen(person.page)
    page = person.sign_in("system-leader").page
    page.goto(f"{address}/start/barnsley-escalation/100008")
    page.locator("[name=concern_cause][value=leadership]").check()
    page.locator("[name=areas_of_concern]").first.check()
    page.get_by_label("What").last.fill("Attendance has fallen.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    person.open("SEO evidence summary")
    for box in page.locator("textarea").all():
        box.fill("Written without a script.")
    person.press("Complete this task")
    assert "You completed" in person.told
    context.close()
    assert not said


def test_the_pages_of_the_audit_trail_are_accessible(person: Person, page: Page, axe: Callable[[], None]) -> None:
    person.sign_in("information-governance")
    for address in ("/audit", "/audit/1", "/audit?case=first", "/audit?kind=case.moved"):
        page.goto(f"{person.address}{address}")
        axe()


#: Where a sample installation that runs here keeps its mails.
MAILS = ROOT / "var/mail"


def mails() -> dict[Path, int]:
    """The mails of all sample installations of this folder, and when each was written."""
    return {each: each.stat().st_mtime_ns for each in MAILS.glob("*.eml")}


def mailed_link(before: Mapping[Path, int]) -> str:
    """The path of the link for a new password that has been mailed since: nothing but the mail holds it."""
    found: list[str] = []

    def look() -> bool:
        for file in [each for each, at in mails().items() if before.get(each) != at]:
            body = message_from_bytes(file.read_bytes(), policy=policy.default).get_body(("plain",))
            found.extend(re.findall(r"/new-password/[\w.-]+", body.get_content() if body else ""))
        return bool(found)

    assert until(look)
    return found[0]


def test_the_pages_of_accounts_are_accessible(person: Person, page: Page, axe: Callable[[], None]) -> None:
    page.goto(f"{person.address}/sign-in/forgotten")
    axe()
    page.goto(f"{person.address}/new-password/x")
    axe()
    person.sign_in("administrator")
    for address in ("/account", "/accounts", "/accounts?show=closed", "/accounts/sign-ins", "/accounts/add"):
        page.goto(f"{person.address}{address}")
        axe()
    page.goto(f"{person.address}/account/calendar")
    person.press("Make an address")
    axe()
    page.goto(f"{person.address}/accounts/add")
    page.fill("#name", "Ann Newcomer")
    person.press("Add them")
    axe()
    page.fill("#email", "ann@council.gov.uk")
    person.press("Add them")
    axe()
    page.click("text=Give a role")
    axe()
    person.press("Save")
    axe()
    page.select_option("#role", "seo")
    person.press("Save")
    before = mails()
    person.press("Make a link for a new password")
    axe()
    page.goto(f"{person.address}{mailed_link(before)}")
    axe()
    person.press("Change the password")
    axe()
