"""A person's calendar feed: who reads it, what it tells, and how it ends."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask
from icalendar import Calendar

from tests.webapp.conftest import CONCERN, EVIDENCE, Browser, engine_of
from webapp.people import accounts


def address(browser: Browser) -> str:
    """The path of the feed of whoever is signed in, made now."""
    found = re.search(r'value="http://localhost(/feed/[^"]+)"', browser.post("/account/calendar")[1])
    assert found
    return found[1]


def summaries(app: Flask, path: str) -> list[str]:
    """What somebody's calendar program shows, which is signed in as nobody."""
    answer = app.test_client().get(path)
    assert answer.mimetype == "text/calendar"
    return [str(each["summary"]) for each in Calendar.from_ical(answer.data).walk("VEVENT")]


@pytest.fixture
def seo(app: Flask, browser: Browser) -> Browser:
    """The SEO, who has begun a case about Sampleby."""
    browser.sign_in("seo").post("/start/barnsley-escalation/100001", **CONCERN)
    return browser


def test_it_has_the_tasks_with_their_schools(app: Flask, seo: Browser) -> None:
    assert "SEO evidence summary, Sampleby Community Primary School" in summaries(app, address(seo))


def test_a_task_stands_on_the_day_on_which_it_is_due(app: Flask, seo: Browser) -> None:
    (task,) = engine_of(app).tasks.open()
    data = app.test_client().get(address(seo)).data
    (event,) = [each for each in Calendar.from_ical(data).walk("VEVENT") if "evidence" in each["summary"]]
    assert task.due is not None
    assert event["dtstart"].dt == date(task.due.year, task.due.month, task.due.day)


def test_it_leads_to_the_task(app: Flask, seo: Browser) -> None:
    assert b"URL:http://localhost/tasks/1" in app.test_client().get(address(seo)).data


def test_what_was_answered_is_not_in_it(app: Flask, seo: Browser) -> None:
    seo.post("/tasks/1", **EVIDENCE)
    head = seo.sign_in("head-of-bsa")
    assert "Falling results" not in app.test_client().get(address(head)).get_data(as_text=True)


def test_others_have_their_own_tasks(app: Flask, seo: Browser) -> None:
    assert summaries(app, address(seo.sign_in("clerk"))) == []


def test_a_key_that_nobody_has_gives_nothing(app: Flask) -> None:
    assert app.test_client().get("/feed/x.ics").status_code == 404


def test_a_new_address_ends_the_old_one(app: Flask, seo: Browser) -> None:
    first, second = address(seo), address(seo)
    assert [app.test_client().get(each).status_code for each in (first, second)] == [404, 200]


def test_an_address_that_is_ended_gives_nothing(app: Flask, seo: Browser) -> None:
    path = address(seo)
    seo.post("/account/calendar/end")
    assert app.test_client().get(path).status_code == 404


def test_a_leaver_has_none(app: Flask, seo: Browser) -> None:
    path = address(seo)
    with app.app_context(), engine_of(app).transactions.writing(accounts.ANYBODY) as session:
        account = accounts.find("seo@barnsley.example.org", session)
        assert account is not None
        account.closed = True
    assert app.test_client().get(path).status_code == 404


def test_the_key_is_not_in_the_database(app: Flask, seo: Browser) -> None:
    key = address(seo).removeprefix("/feed/").removesuffix(".ics")
    with app.app_context(), engine_of(app).transactions.reading(accounts.ANYBODY) as session:
        account = accounts.find("seo@barnsley.example.org", session)
        assert account is not None
        assert account.feed not in (None, key)


def test_it_is_in_the_audit_trail(app: Flask, seo: Browser) -> None:
    address(seo)
    assert "Address of a calendar made" in seo.sign_in("information-governance").get("/audit")[1]


def number_of(app: Flask) -> int:
    with app.app_context():
        found = accounts.find("seo@barnsley.example.org")
        assert found is not None
        return found.id


@pytest.mark.parametrize("ways", [["sign-out"], ["close", "open"]])
def test_it_ends_with_what_signs_out_everywhere_and_does_not_come_back(
    app: Flask, seo: Browser, ways: list[str]
) -> None:
    path, keeper = address(seo), Browser(app.test_client()).sign_in("administrator")
    for way in ways:
        keeper.post(f"/accounts/{number_of(app)}/{way}")
    assert app.test_client().get(path).status_code == 404
