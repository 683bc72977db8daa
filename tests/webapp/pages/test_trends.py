"""Trends by term: a chart with the table that says the same."""

from __future__ import annotations

import base64
import re

import pytest
from flask import Flask
from lxml import html

from engine.clock import VirtualClock
from engine.queries import TookRow
from tests.engine.running import DAY
from tests.webapp.conftest import EVIDENCE, Browser, engine_of
from webapp.pages.trends import _took
from webapp.periods import Days


def done_late(app: Flask, clock: VirtualClock) -> None:
    [first] = [task for task in engine_of(app).tasks.open(1) if task.element == "document-evidence"]
    assert first.due is not None
    clock.set(first.due + 4 * DAY)
    engine_of(app).tasks.complete(first.id, EVIDENCE, by="seo@barnsley.example.org")


def picture(page: str) -> str:
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    assert found is not None
    return base64.b64decode(found[1]).decode()


def test_the_share_in_time_is_a_chart_and_a_table(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> None:
    done_late(app, clock)
    status, page = browser.sign_in("service-director").get("/trends")
    assert status == 200
    assert "0 of 1 (0%)" in page
    assert "autumn 2026/27" in picture(page)


def test_how_long_cases_take_is_told_apart(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> None:
    done_late(app, clock)
    address = "/trends?process=barnsley-escalation&measure=cases&step=document-evidence&by=phase"
    _, page = browser.sign_in("service-director").get(address)
    assert '<th scope="row" class="govuk-table__header">primary</th>' in page
    assert re.search(r">\s*\d+ days \(1 time\)", page)


def test_steps_are_named(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> None:
    done_late(app, clock)
    _, page = browser.sign_in("service-director").get("/trends?process=barnsley-escalation&measure=steps")
    assert '<th scope="row" class="govuk-table__header">SEO evidence summary</th>' in page


def test_terms_are_those_of_the_days(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> None:
    done_late(app, clock)
    browser.sign_in("service-director")
    assert "autumn 2026/27" in browser.get("/trends?since=2026-09-01&until=2026-12-01")[1]
    assert "Nothing was done in these terms" in browser.get("/trends?since=2027-03-01&until=2027-06-01")[1]


def test_only_what_lies_in_the_days_is_counted(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> None:
    done_late(app, clock)
    done = clock.now().date()
    browser.sign_in("service-director")
    before, after = (done - DAY).isoformat(), (done + DAY).isoformat()
    assert "0 of 1 (0%)" not in browser.get(f"/trends?since=2026-09-01&until={before}")[1]
    assert "0 of 1 (0%)" not in browser.get(f"/trends?since={after}&until=2026-12-01")[1]
    page = browser.get(f"/trends?since={done}&until={done}")[1]
    assert "0 of 1 (0%)" in page
    assert f"Only what was done {Days(done, done).said} is counted" in page


def test_of_few_times_the_median_is_said_and_drawn() -> None:
    two, five = (TookRow("", 0, number, 141.5 * 86_400, 277 * 86_400) for number in (2, 5))
    assert _took([two], "", "days").cells["", 0] == ("Median 141 days (2 times)", 141.5)
    assert _took([five], "", "days").cells["", 0][0] == "Median 141 days, nine of ten within 277 days (5 times)"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("until=2199-01-01", "The day until which it goes must be within a year from today"),
        ("until=9999-12-31", "in a year from 1900 to 2199"),
        ("since=2026-09-20&until=2026-09-01", "must be the same as or after"),
    ],
)
def test_days_that_cannot_be_are_said_by_the_field(browser: Browser, case: int, days: str, said: str) -> None:
    status, page = browser.sign_in("service-director").get(f"/trends?process=barnsley-escalation&{days}")
    shown = html.fromstring(page)
    assert status == 400
    assert said in shown.xpath("string(//*[@id='until-error'])")
    assert shown.xpath("//input[@id='until']/@aria-describedby") == ["until-error"]
    assert shown.xpath("//input[@id='until']/@value") == [days.rsplit("=", 1)[1]]


def test_what_the_address_does_not_know_is_left_out(browser: Browser, case: int) -> None:
    browser.sign_in("service-director")
    assert browser.get("/trends?process=x&measure=y&by=z&step=w")[0] == 200
    status, page = browser.get("/trends?since=soon")
    assert status == 400
    assert "Enter each day as a date" in page


def test_it_is_for_those_who_manage_cases(browser: Browser, case: int) -> None:
    assert browser.sign_in("seo").get("/trends")[0] == 403
