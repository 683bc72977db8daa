"""What costs much is done so often in a while and no more, by each account; the page says when to come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from engine.clock import VirtualClock
from engine.errors import SettingWrong
from tests.webapp.conftest import Browser
from webapp.people import rates
from webapp.people.access import ROUTES
from webapp.people.throttle import WINDOW

#: One address for each kind, and who asks for it.
ASKED = {
    rates.MAILS: ("seo", "POST", "/tasks/1/link"),
    rates.FILES: ("seo", "GET", "/cases/export.csv"),
    rates.CHECKS: ("process-owner", "POST", "/api/check"),
    rates.SEARCHES: ("seo", "GET", "/tasks?search=x"),
}


@pytest.fixture
def strict(app: Flask, case: int) -> Flask:
    """The application, which takes two of each."""
    app.extensions["rates"] = dict.fromkeys(rates.MOST, 2)
    app.config["WALL"] = VirtualClock(datetime(2026, 9, 7, 8, tzinfo=UTC))
    return app


def statuses(app: Flask, kind: str, number: int, browser: Browser | None = None) -> list[int]:
    role, method, address = ASKED[kind]
    client = (browser or Browser(app.test_client()).sign_in(role)).client
    return [client.open(address, method=method).status_code for _ in range(number)]


@pytest.mark.parametrize("kind", ASKED)
def test_one_more_than_may_be_is_refused(strict: Flask, kind: str) -> None:
    assert [each == 429 for each in statuses(strict, kind, 3)] == [False, False, True]


def test_the_page_says_when_to_come_back(strict: Flask) -> None:
    browser = Browser(strict.test_client()).sign_in("seo")
    statuses(strict, rates.FILES, 2, browser)
    answer = browser.client.get("/cases/export.csv")
    assert "very many files and packs in a short time. Nothing was changed. Come back at 9:15am." in answer.get_data(
        as_text=True
    )
    assert answer.headers["Retry-After"] == str(int(WINDOW.total_seconds()) + 1)


def test_then_it_goes_on(strict: Flask) -> None:
    browser = Browser(strict.test_client()).sign_in("seo")
    statuses(strict, rates.SEARCHES, 3, browser)
    strict.config["WALL"].advance(WINDOW + timedelta(seconds=1))
    assert statuses(strict, rates.SEARCHES, 1, browser) == [200]


def test_it_rests_nobody_else_and_nothing_else(strict: Flask) -> None:
    browser = Browser(strict.test_client()).sign_in("seo")
    statuses(strict, rates.SEARCHES, 3, browser)
    assert browser.get("/tasks")[0] == 200
    assert browser.get("/cases/export.csv")[0] == 200
    assert Browser(strict.test_client()).sign_in("service-director").get("/tasks?search=x")[0] == 200


def test_every_route_that_is_counted_is_there() -> None:
    assert {each for named in (rates.MADE, *rates.SENT.values()) for each in named.split()} <= set(ROUTES)


def test_a_setting_changes_some_of_them() -> None:
    assert rates.read(" searches=5, files = 7") == {**rates.MOST, rates.SEARCHES: 5, rates.FILES: 7}


@pytest.mark.parametrize("given", ["searches", "searches=0", "searches=-1", "searches=x", "others=5"])
def test_a_setting_that_says_nothing_stops_the_start(given: str) -> None:
    with pytest.raises(SettingWrong, match="PATHWAYS_RATES"):
        rates.read(given)
