"""Lists of tasks that are kept by a name and shared with a role."""

from __future__ import annotations

import pytest
from flask import Flask
from lxml import html

from engine.errors import GivenRefused
from tests.webapp.conftest import Browser, engine_of, give

LATE = {"name": "What is late", "when": "late", "shared": ""}


def saved(browser: Browser) -> list[str]:
    """The saved lists that the page of tasks names, as it does."""
    found = html.fromstring(browser.get("/tasks")[1]).xpath("//details//li[@class='app-actions']/span")
    return [" ".join(each.text_content().split()) for each in found]


def test_a_list_is_kept_by_its_name(browser: Browser) -> None:
    browser.sign_in("seo").post("/tasks/lists", **LATE)
    assert saved(browser) == ["What is late"]


def test_its_link_leads_to_what_it_was_narrowed_to(browser: Browser) -> None:
    browser.sign_in("seo").post("/tasks/lists", **LATE)
    [link] = html.fromstring(browser.get("/tasks")[1]).xpath("//details//a[.='What is late']/@href")
    assert link == "/tasks?when=late"


def test_nobody_else_sees_it(browser: Browser) -> None:
    browser.sign_in("seo").post("/tasks/lists", **LATE)
    assert saved(browser.sign_in("system-leader")) == []


def test_whoever_has_the_role_sees_what_is_shared_with_it(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo").post("/tasks/lists", **{**LATE, "shared": "seo"})
    give(app, "clerk@barnsley.example.org", ["seo"])
    assert saved(browser.sign_in("clerk")) == ["What is late, shared by Sasha Example"]


def test_nothing_is_shared_with_a_role_of_others(app: Flask) -> None:
    scope = engine_of(app).people.scope("barnsley", ["seo"], "seo@barnsley.example.org")
    with pytest.raises(GivenRefused, match="none of yours"):
        engine_of(app).lists.save("x", {}, "clerk", by=scope)


@pytest.mark.parametrize("address", ["/tasks/lists", "/cases/views"])
def test_a_name_that_is_taken_is_said_and_asked_about(browser: Browser, address: str) -> None:
    browser.sign_in("service-director").post(address, name="Late ones", search="Elm")
    page = browser.post(address, name="Late ones", search="Oak")[1]
    assert "called “Late ones” already" in page
    assert 'name="replace"' in page
    assert 'value="Late ones"' in page


def test_what_is_said_to_take_the_place_of_a_list_does(browser: Browser) -> None:
    browser.sign_in("seo").post("/tasks/lists", **LATE)
    browser.post("/tasks/lists", **{**LATE, "when": "week"})
    assert 'href="/tasks?when=late">What is late' in browser.get("/tasks")[1]
    browser.post("/tasks/lists", **{**LATE, "when": "week", "replace": "1"})
    assert 'href="/tasks?when=week">What is late' in browser.get("/tasks")[1]


def test_a_list_without_a_name_is_asked_for_one(browser: Browser) -> None:
    assert "Enter a name for the list" in browser.sign_in("seo").post("/tasks/lists", **{**LATE, "name": " "})[1]


def test_one_s_own_list_is_removed(browser: Browser) -> None:
    browser.sign_in("seo").post("/tasks/lists", **LATE)
    browser.post("/tasks/lists/1/remove")
    assert saved(browser) == []


@pytest.mark.parametrize(("address", "page"), [("/tasks/lists", "/tasks"), ("/cases/views", "/cases")])
def test_a_list_that_is_removed_by_a_slip_is_saved_again_as_it_was(browser: Browser, address: str, page: str) -> None:
    browser.sign_in("service-director").post(address, name="Late ones", search="Elm")
    shown = html.fromstring(browser.post("/tasks/lists/1/remove")[1])
    [form] = shown.xpath(f"//form[@action='{address}']")
    browser.post(address, **dict(form.form_values()))
    [link] = html.fromstring(browser.get(page)[1]).xpath("//a[.='Late ones']/@href")
    assert "search=Elm" in link


def test_nobody_removes_the_list_of_somebody_else(browser: Browser) -> None:
    browser.sign_in("seo").post("/tasks/lists", **{**LATE, "shared": "seo"})
    assert browser.sign_in("system-leader").post("/tasks/lists/1/remove")[0] == 404


def test_a_head_keeps_lists_too(browser: Browser) -> None:
    browser.sign_in("headteacher").post("/tasks/lists", **LATE)
    assert saved(browser) == ["What is late"]


def test_no_other_authority_sees_them(browser: Browser) -> None:
    browser.sign_in("seo").post("/tasks/lists", **{**LATE, "shared": "seo"})
    assert saved(browser.sign_in("seo", "elsewhere")) == []
