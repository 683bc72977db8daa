"""Settings: listed with what reads them, and each field's mistake told at the field."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp.conftest import Browser
from tests.webapp.pages.test_configuration import CHANGE, proposed, saved, settings


@pytest.fixture
def owner(browser: Browser) -> Browser:
    return browser.sign_in("process-owner")


def test_the_settings_are_listed_with_why_and_what_reads_them(owner: Browser) -> None:
    status, page = owner.get("/configuration/settings")
    assert status == 200
    assert "20 working days" in page
    assert "Section 6 does not say how long" in page
    assert "Complaints and dispute resolution:</span>" in page
    assert "As it was installed" in page


def test_a_setting_that_is_read_cannot_be_taken_out(owner: Browser) -> None:
    _, page = owner.post("/configuration/settings/remove", setting="complaint_answer")
    assert "This cannot be saved" in page
    assert "complaint_answer" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "Appeal days", "value": "10"}, "Use small letters, digits and underscores"),
        ({"name": "pru_notices", "value": "10"}, "There is a setting pru_notices already"),
        ({"name": "appeal_days", "value": " "}, "Enter a value"),
        ({"name": "appeal_days", "value": "ten", "type": "number"}, "Enter a number"),
        ({"name": "appeal_days", "value": "maybe", "type": "choice"}, "Enter yes or no"),
        ({"name": "appeal_days", "value": "10", "why": "x" * 2001}, "It must have 2,000 characters or fewer"),
        ({"name": "appeal_days", "value": "x" * 501}, "It must have 500 characters or fewer"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    owner: Browser, typed: dict[str, str], said: str
) -> None:
    status, page = proposed(owner, **typed)
    assert status == 400
    assert said in page
    assert f'value="{typed["name"]}"' in page


def test_a_number_and_yes_or_no_are_what_they_say(app: Flask, owner: Browser) -> None:
    saved(owner, name="powers_days", value="14", type="number")
    saved(owner, name="asks_first", value="Yes", type="choice")
    assert settings(app)["powers_days"] == 14
    assert settings(app)["asks_first"] is True


def test_going_back_from_the_check_keeps_what_was_typed(owner: Browser) -> None:
    _, page = proposed(owner, setting="rapid_response", value="5 school days", why="Agreed & minuted")
    assert "value=5+school+days" in page
    _, form = owner.get(f"{CHANGE}?setting=rapid_response&value=5+school+days&type=text&why=Agreed+%26+minuted")
    assert 'value="5 school days"' in form
    assert "Agreed &amp; minuted" in form


def test_a_setting_that_is_gone_is_said(owner: Browser) -> None:
    assert (
        "There is no setting appeal any more."
        in owner.client.get(f"{CHANGE}?setting=appeal", follow_redirects=True).text
    )
