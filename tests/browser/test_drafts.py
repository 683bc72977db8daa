"""What somebody types is there again: after the browser was closed, on another machine, through a session that ended."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.person import PASSWORD, Person

HALF = "Half a sentence that took an hour"
SUMMARY = "[name=evidence_summary]"
SAVED = "[data-draft]"


def begun(person: Person, school: str) -> int:
    """A case, its first task open at the page; the task's number."""
    case = person.sign_in("seo").start("Schools escalation process", school)
    person.case(case)
    person.follow(person.page.get_by_role("link", name="SEO evidence summary"))
    return int(person.page.url.rsplit("/", 1)[1])


def sign_in(page: Page, role: str) -> None:
    page.get_by_label("Email address").fill(f"{role}@barnsley.example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_words_are_saved_as_they_are_typed_and_are_there_on_another_machine(
    person: Person, browser: Browser, axe: Callable[[], None]
) -> None:
    task = begun(person, "Sampleby Community Primary School")
    person.page.locator(SUMMARY).press_sequentially(HALF)
    expect(person.page.locator(SAVED)).to_contain_text("Saved on")
    elsewhere = browser.new_context().new_page()
    elsewhere.goto(f"{person.address}/tasks/{task}")
    sign_in(elsewhere, "seo")
    expect(elsewhere.locator(SUMMARY)).to_have_value(HALF)
    elsewhere.context.close()
    person.page.reload()
    expect(person.page.get_by_text("You saved these answers on")).to_be_visible()
    axe()
    person.press("Discard what I saved")
    expect(person.page.locator(SUMMARY)).to_have_value("")


def test_leaving_with_unsaved_words_asks(person: Person) -> None:
    begun(person, "Imaginary Hill Foundation Primary School")
    asked: list[str] = []
    person.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    person.page.route("**/tasks/*", lambda route: route.abort() if route.request.method == "POST" else route.fallback())
    person.page.locator(SUMMARY).press_sequentially("Unsaved")
    person.page.close(run_before_unload=True)
    person.page.wait_for_event("dialog") if not asked else None
    assert asked == ["beforeunload"]


def test_what_cannot_be_handed_in_stays_on_the_page_until_it_can(browser: Browser, address: str) -> None:
    page = browser.new_context().new_page()
    person = Person(page, address)
    begun(person, "Supposeby Foundation High School")
    page.context.set_offline(True)
    page.locator(SUMMARY).fill(HALF)
    expect(page.locator(SAVED)).to_contain_text("Pathways cannot be reached")
    page.get_by_role("button", name="Save and come back later").click()
    expect(page.locator(SUMMARY)).to_have_value(HALF)
    page.context.set_offline(False)
    person.press("Save and come back later")
    assert "Your answers are saved" in person.told
    page.context.close()


def test_a_session_that_ended_is_signed_in_again_and_goes_on(person: Person, axe: Callable[[], None]) -> None:
    page = person.page
    begun(person, "Pretendale Infant School")
    page.context.clear_cookies()
    page.locator(SUMMARY).press_sequentially(HALF)
    expect(page.locator(SAVED)).to_contain_text("You are signed out. What you typed stays on this page")
    page.get_by_role("button", name="Not now").click()
    person.press("Save and come back later")
    assert "Nothing you typed is lost" in person.text()
    axe()
    sign_in(page, "seo")
    expect(page.locator(SUMMARY)).to_have_value(HALF)


def test_a_colleague_who_was_quicker_and_i_stand_side_by_side(
    person: Person, browser: Browser, axe: Callable[[], None]
) -> None:
    page = person.page
    task = begun(person, "Whatif Vale Junior School")
    page.locator(SUMMARY).fill(HALF)
    other = Person(browser.new_context().new_page(), person.address).sign_in("system-leader")
    other.page.goto(f"{person.address}/tasks/{task}")
    other.fill({"evidence_summary": "What the first of us saw."})
    other.press("Complete this task")
    other.page.context.close()
    person.fill({"evidence_summary": HALF})
    person.press("Complete this task")
    assert "This task is no longer open" in person.text()
    assert "What the first of us saw." in person.text()
    assert HALF in page.locator("#mine").inner_text()
    axe()


def test_without_javascript_a_button_saves(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    person = Person(context.new_page(), address)
    begun(person, "Exampleton High School")
    person.page.locator(SUMMARY).fill(HALF)
    person.press("Save and come back later")
    assert "Your answers are saved. Nobody else sees them." in person.told
    person.page.go_back()
    person.page.reload()
    assert person.page.locator(SUMMARY).input_value() == HALF
    context.close()
