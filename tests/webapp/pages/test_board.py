"""The board of a process, and views of the list of cases that are kept by a name."""

from __future__ import annotations

from flask import Flask
from lxml import html

from engine.clock import VirtualClock
from tests.engine.running import DAY
from tests.webapp.conftest import Browser, give

VIEW = {"name": "Late escalations", "process": "barnsley-escalation", "due": "late", "sort": "next", "shared": ""}


def test_a_case_stands_at_its_stage(browser: Browser, case: int) -> None:
    _, page = browser.sign_in("service-director").get("/cases/board?process=barnsley-escalation")
    [stage] = html.fromstring(page).xpath("//section[h2[contains(., 'SEO evidence summary')]]")
    assert "Sampleby Community Primary School" in stage.text_content()
    assert stage.xpath(f".//a[@href='/cases/{case}']")


def test_it_says_that_it_scrolls_where_stages_may_not_fit(browser: Browser, case: int) -> None:
    _, page = browser.sign_in("service-director").get("/cases/board?process=barnsley-escalation")
    shown = html.fromstring(page)
    [board] = shown.xpath("//*[@role='region']")
    stages = len(board.xpath("./section"))
    assert board.get("aria-label", "").endswith("to scroll sideways")
    assert bool(shown.xpath("//*[@id='board-hint']")) == (stages > 2) == (board.get("aria-describedby") == "board-hint")


def test_it_says_what_is_late_and_whose_it_is(browser: Browser, case: int, clock: VirtualClock) -> None:
    clock.set(clock.now() + 30 * DAY)
    _, page = browser.sign_in("service-director").get("/cases/board?process=barnsley-escalation")
    assert "Overdue:" in page
    assert "School Evaluation Officer (SEO)" in page


def test_without_a_process_it_shows_the_one_with_most_live_cases(browser: Browser, case: int) -> None:
    for school in ("100001", "100002"):
        assert browser.sign_in("seo").post(f"/start/barnsley-risk-review/{school}")[0] == 200
    _, page = browser.sign_in("service-director").get("/cases/board")
    assert html.fromstring(page).xpath("//select[@id='process']/option[@selected]/@value") == ["barnsley-risk-review"]
    assert "No case of this process is live." not in page


def test_a_process_that_there_is_not_has_none(browser: Browser, case: int) -> None:
    assert browser.sign_in("service-director").get("/cases/board?process=none")[0] == 404


def test_the_list_leads_to_it(browser: Browser, case: int) -> None:
    _, page = browser.sign_in("service-director").get("/cases?process=barnsley-escalation")
    assert 'href="/cases/board?process=barnsley-escalation"' in page


def views(browser: Browser) -> list[str]:
    found = html.fromstring(browser.get("/cases")[1]).xpath("//details//li[@class='app-actions']/span")
    return [" ".join(each.text_content().split()) for each in found]


def test_a_view_keeps_what_the_list_is_narrowed_to_its_order_and_columns(browser: Browser, case: int) -> None:
    browser.sign_in("service-director")
    status, page = browser.post("/cases/views", **VIEW, column=["school", "next"])
    assert (status, "Your view “Late escalations” is saved." in page) == (200, True)
    [link] = html.fromstring(page).xpath("//details//a[.='Late escalations']/@href")
    assert link == "/cases?process=barnsley-escalation&due=late&sort=next&column=school&column=next"


def test_it_is_shared_with_a_role_and_seen_by_nobody_else(app: Flask, browser: Browser, case: int) -> None:
    browser.sign_in("seo").post("/cases/views", **{**VIEW, "shared": "seo"})
    give(app, "clerk@barnsley.example.org", ["seo"])
    assert views(browser.sign_in("clerk")) == ["Late escalations, shared by Sasha Example"]
    assert views(browser.sign_in("service-director")) == []


def test_a_list_of_tasks_of_the_same_name_is_another(browser: Browser, case: int) -> None:
    browser.sign_in("seo").post("/tasks/lists", name="Late escalations", when="late", shared="")
    browser.post("/cases/views", **VIEW)
    assert views(browser) == ["Late escalations"]
    assert 'href="/tasks?when=late">Late escalations' in browser.get("/tasks")[1]


def test_a_view_without_a_name_is_asked_for_one(browser: Browser, case: int) -> None:
    _, page = browser.sign_in("seo").post("/cases/views", **{**VIEW, "name": " "})
    assert "Enter a name for the view" in page


def test_one_s_own_view_is_removed_and_the_page_is_that_of_the_cases(browser: Browser, case: int) -> None:
    browser.sign_in("seo").post("/cases/views", **VIEW)
    [address] = html.fromstring(browser.get("/cases")[1]).xpath("//form[contains(@action, '/remove')]/@action")
    _, page = browser.post(address)
    assert "is removed. What it showed is below, unchanged: save it again to have it back." in page
    assert views(browser) == []
