"""An invitation to a meeting: on the notice's page, as a file for a calendar, and in the feed."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from engine import Scope, queries
from engine.jobs import outbox
from engine.steps import Meeting, Notification
from engine.store.tables import ProcessInstance
from tests.webapp.conftest import Browser, engine_of
from tests.webapp.pages.test_feed import address

SEO = "seo@barnsley.example.org"


def invite(app: Flask, day: date) -> int:
    """Tell the SEO of the accountability meeting of the first case; the notice's id."""
    engine = engine_of(app)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        case = session.scalars(select(ProcessInstance)).one()
        told = Notification(case.process, "", ("seo",), "Meeting", "", Meeting("Meeting", day, "4.15pm", "Room 2"))
        outbox.notify(session, case, [told], engine.clock.now(), key=f"meeting-{day}")
    with engine.reading(scope := Scope("barnsley", frozenset({"seo"}), SEO)) as session:
        return queries.notices(session, scope).items[0].id


@pytest.fixture
def notice(app: Flask, browser: Browser, case: int) -> int:
    return invite(app, date(2027, 2, 4))


def test_the_page_says_when_and_where(browser: Browser, notice: int) -> None:
    page = browser.get(f"/notices/{notice}")[1]
    assert "Thursday 4 February 2027, 4.15pm" in page
    assert "Room 2" in page


def test_it_is_downloaded_for_a_calendar(app: Flask, browser: Browser, notice: int) -> None:
    assert f'href="/notices/{notice}/meeting.ics"' in browser.get(f"/notices/{notice}")[1]
    file = browser.get(f"/notices/{notice}/meeting.ics")[1]
    assert "METHOD:PUBLISH" in file
    assert "DTSTART:20270204T161500Z" in file


def test_an_earlier_invitation_says_that_the_meeting_has_moved(app: Flask, browser: Browser, notice: int) -> None:
    invite(app, date(2027, 2, 11))
    assert "it is on Thursday 11 February 2027" in browser.get(f"/notices/{notice}")[1]
    assert "DTSTART:20270211T161500Z" in browser.get(f"/notices/{notice}/meeting.ics")[1]


def test_nobody_else_downloads_it(browser: Browser, notice: int) -> None:
    assert browser.sign_in("clerk").get(f"/notices/{notice}/meeting.ics")[0] == 404


def test_a_notice_of_no_meeting_has_no_file(app: Flask, browser: Browser, case: int) -> None:
    engine = engine_of(app)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        told = Notification("p", "", ("seo",), "Something", "")
        outbox.notify(session, session.scalars(select(ProcessInstance)).one(), [told], engine.clock.now(), key="x")
    assert browser.get("/notices/1/meeting.ics")[0] == 404


def test_the_feed_has_the_meeting_as_it_is_now(app: Flask, browser: Browser, notice: int) -> None:
    invite(app, date(2027, 2, 11))
    feed = app.test_client().get(address(browser)).data
    (found,) = [each for each in Calendar.from_ical(feed).walk("VEVENT") if str(each["summary"]).startswith("Meeting,")]
    assert found["dtstart"].dt.date() == date(2027, 2, 11)
