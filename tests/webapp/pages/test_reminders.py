"""Reminding others, what has happened since the last working day, and the list by school."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from lxml import html

from tests.engine.running import Statements
from tests.webapp.conftest import EVIDENCE, Browser, engine_of
from tests.webapp.pages.test_day import asked, names

__all__ = ["asked"]


def theirs(app: Flask) -> int:
    """The head's task in the case that the SEO has begun."""
    return next(each.id for each in engine_of(app).tasks.open() if each.name == "Answer the letter")


def test_whom_a_task_waits_for_is_reminded(app: Flask, asked: Browser) -> None:
    assert "Headteacher is reminded of “Answer the letter”." in asked.post(f"/tasks/{theirs(app)}/remind")[1]


def test_whoever_is_reminded_reads_it_in_pathways(app: Flask, asked: Browser) -> None:
    asked.post(f"/tasks/{theirs(app)}/remind")
    assert (
        "Reminder: Answer the letter, Sampleby Community Primary School"
        in asked.sign_in("headteacher").get("/tasks")[1]
    )


def test_who_reminded_and_when_stands_in_the_list(app: Flask, asked: Browser) -> None:
    asked.post(f"/tasks/{theirs(app)}/remind")
    assert "Reminded on 7 September 2026 by Sasha Example" in asked.get("/tasks/waiting")[1]


def test_the_button_is_there_again_tomorrow_only(app: Flask, asked: Browser) -> None:
    address = f"/tasks/{theirs(app)}/remind"
    asked.post(address)
    assert address not in asked.get("/tasks/waiting")[1]
    app.config["CLOCK"].advance(timedelta(days=1))
    assert address in asked.get("/tasks/waiting")[1]


def test_twice_a_day_is_refused(app: Flask, asked: Browser) -> None:
    asked.post(f"/tasks/{theirs(app)}/remind")
    status, page = asked.post(f"/tasks/{theirs(app)}/remind")
    assert (status, "have been reminded today already" in page) == (409, True)


def test_a_task_that_is_done_reminds_nobody(app: Flask, asked: Browser) -> None:
    task = theirs(app)
    engine_of(app).tasks.complete(task, by="headteacher@barnsley.example.org")
    assert asked.post(f"/tasks/{task}/remind")[0] == 409


def test_who_claimed_a_task_is_reminded_alone(app: Flask, asked: Browser) -> None:
    engine_of(app).tasks.claim(theirs(app), by="headteacher@barnsley.example.org")
    assert "Holly Makebelieve is reminded of" in asked.post(f"/tasks/{theirs(app)}/remind")[1]


def test_a_reminder_stands_in_the_story(app: Flask, asked: Browser) -> None:
    asked.post(f"/tasks/{theirs(app)}/remind")
    assert "Answer the letter: a reminder was sent" in asked.get("/cases/1/chronology")[1]


def test_nobody_of_another_authority_reminds(app: Flask, asked: Browser) -> None:
    assert asked.sign_in("seo", "elsewhere").post(f"/tasks/{theirs(app)}/remind")[0] == 404


def news(browser: Browser) -> list[str]:
    found = html.fromstring(browser.get("/tasks/since")[1]).xpath("//h3")
    return [" ".join(each.text_content().split()) for each in found]


def test_what_others_did_in_my_cases_is_news(app: Flask, asked: Browser) -> None:
    engine_of(app).tasks.complete(theirs(app), by="headteacher@barnsley.example.org")
    assert news(asked) == ["Answer the letter"]


def test_what_i_did_is_no_news(browser: Browser, case: int) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    assert news(browser) == []


@pytest.mark.parametrize(("days", "found"), [(1, ["Answer the letter"]), (3, [])])
def test_news_is_since_the_last_working_day(app: Flask, asked: Browser, days: int, found: list[str]) -> None:
    engine_of(app).tasks.complete(theirs(app), by="headteacher@barnsley.example.org")
    app.config["CLOCK"].advance(timedelta(days=days))
    assert news(asked) == found


def test_on_a_monday_friday_is_news(app: Flask, asked: Browser) -> None:
    app.config["CLOCK"].advance(timedelta(days=4))
    engine_of(app).tasks.complete(theirs(app), by="headteacher@barnsley.example.org")
    app.config["CLOCK"].advance(timedelta(days=3))
    assert news(asked) == ["Answer the letter"]


def test_cases_that_i_have_no_part_in_are_no_news(app: Flask, browser: Browser, case: int) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    assert news(browser.sign_in("service-manager-primary")) == []


def test_the_list_is_sorted_by_school(app: Flask, asked: Browser) -> None:
    scope = engine_of(app).people.scope("barnsley", ["seo"], "seo@barnsley.example.org")
    engine_of(app).cases.start("work", by=scope, school="100002")
    schools = html.fromstring(asked.get("/tasks?order=school")[1]).xpath("//tbody/tr/td[@data-label='School']/text()")
    assert [each.strip() for each in schools] == sorted(each.strip() for each in schools)


def test_at_each_school_the_earliest_due_comes_first(asked: Browser) -> None:
    assert names(asked, "/tasks?order=school") == ["Ring the head", "Write the report"]


def test_more_news_take_no_more_statements(app: Flask, asked: Browser) -> None:
    counted = []
    for _ in range(2):
        asked.get("/tasks/since")
        with Statements(engine_of(app)) as statements:
            asked.get("/tasks/since")
        counted.append(len(statements.sent))
        engine_of(app).cases.start(
            "work", by=engine_of(app).people.scope("barnsley", ["seo"], "seo@barnsley.example.org")
        )
    assert counted[0] == counted[1]


def test_what_is_next_in_the_case_is_a_link_when_it_is_mine(asked: Browser) -> None:
    tree = html.fromstring(asked.post("/tasks/1")[1])
    assert tree.xpath("//div[contains(@class, 'govuk-notification-banner')]//a/text()") == ["Write the report"]


def test_completing_goes_to_the_next_of_the_case_where_that_is_asked(asked: Browser) -> None:
    answer = asked.client.post("/tasks/1", data={"then": "next", "checked": "1"})
    assert answer.headers["Location"] == "/tasks/2"


def test_where_the_case_has_nothing_more_it_goes_to_the_next_of_the_list(app: Flask, asked: Browser) -> None:
    scope = engine_of(app).people.scope("barnsley", ["seo"], "seo@barnsley.example.org")
    other = engine_of(app).cases.start("work", by=scope, school="100002")
    asked.post("/tasks/1")
    answer = asked.client.post("/tasks/2", data={"then": "next", "checked": "1"})
    following = next(each.id for each in engine_of(app).tasks.open(other) if each.name == "Ring the head")
    assert answer.headers["Location"] == f"/tasks/{following}"
