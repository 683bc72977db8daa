"""Selects of many schools or people can be typed into, by keyboard; without JavaScript they are selects."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.person import Person

SCHOOL = "Imaginary Hill Foundation Primary School"


def field(page: Page, name: str) -> Locator:
    """The field of a select that can be typed into, once it is: before its script has come it is a plain select."""
    return page.get_by_role("combobox", name=name, exact=True).and_(page.locator("input"))


def test_a_list_is_narrowed_to_a_school_by_typing_words_of_its_name(
    person: Person, page: Page, axe: Callable[[], None]
) -> None:
    page.goto(f"{person.sign_in('service-director').address}/cases")
    school = field(page, "School")
    expect(school).to_have_value("All schools")
    school.focus()
    page.keyboard.type("hill imaginary")  # what stood there was marked as the field got the focus
    expect(page.get_by_role("listbox", name="School").get_by_role("option")).to_have_text([SCHOOL])
    axe()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(school).to_have_value(SCHOOL)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "school=100005" in page.url
    expect(school).to_have_value(SCHOOL)
    school.focus()
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")  # the whole list, which opens anew
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "school=&" in page.url
    expect(school).to_have_value("All schools")


def test_what_is_no_choice_is_said_before_anything_is_sent(person: Person, page: Page, axe: Callable[[], None]) -> None:
    page.goto(f"{person.sign_in('service-director').address}/cover")
    away = field(page, "Who is away?")
    away.focus()
    page.keyboard.type("Nobody of this name")
    expect(page.get_by_text("No results found")).to_be_visible()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Set this cover").press("Enter")
    expect(away).to_be_focused()
    expect(away).to_have_accessible_description("Error: Choose one from the list, or leave this empty")
    axe()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.get_by_role("button", name="Set this cover").press("Enter")


def test_the_error_of_the_server_is_kept_and_leads_to_the_field(
    person: Person, page: Page, axe: Callable[[], None]
) -> None:
    page.goto(f"{person.sign_in('service-director').address}/cover")
    covering = field(page, "Who covers for them?")
    covering.focus()
    page.keyboard.type("evaluation")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    chosen = covering.input_value()
    person.press("Set this cover")
    expect(covering).to_have_value(chosen)
    axe()
    away = field(page, "Who is away?")
    page.get_by_role("alert").get_by_role("link").first.press("Enter")
    expect(away).to_be_focused()
    page.keyboard.type("Someb")
    expect(away).to_have_accessible_description("Error: Select who is away")


def test_the_whole_list_is_looked_through_and_left_as_it_was(person: Person, page: Page) -> None:
    page.goto(f"{person.sign_in('service-director').address}/cases?school=100005")
    school = field(page, "School")
    expect(school).to_have_value(SCHOOL)
    school.focus()
    page.keyboard.press("ArrowDown")
    options = page.get_by_role("listbox", name="School").get_by_role("option")
    expect(options.first).to_be_focused()
    assert options.count() > 20
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.get_by_role("button", name="Show", exact=True).press("Enter")
    expect(school).to_have_value(SCHOOL)


def test_without_javascript_the_select_stays(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    person = Person(context.new_page(), address).sign_in("service-director")
    person.page.goto(f"{address}/cases")
    person.page.get_by_role("combobox", name="School", exact=True).select_option(label=SCHOOL)
    person.press("Show")
    assert "school=100005" in person.page.url
    context.close()
