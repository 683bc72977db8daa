"""Settings are looked at, changed with what that touches, checked, versioned, compared and gone back to in the browser."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask import Flask

from engine import Scope
from tests.webapp.conftest import Browser, engine_of

CHANGE = "/configuration/settings/change"


@pytest.fixture
def owner(browser: Browser) -> Browser:
    return browser.sign_in("process-owner")


def hidden(page: str) -> dict[str, str]:
    """What the check of a change sends again."""
    found = re.findall(r'<input type="hidden" name="(content|version|back)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def proposed(owner: Browser, **typed: str) -> tuple[int, str]:
    return owner.post(CHANGE, **{"type": "text", "why": "Agreed", **typed})


def saved(owner: Browser, note: str = "Agreed in committee", **typed: str) -> tuple[int, str]:
    _, page = proposed(owner, **typed)
    return owner.post("/configuration/settings/save", note=note, **hidden(page))


def settings(app: Flask) -> Any:
    """What a step would see."""
    engine = engine_of(app)
    with engine.reading():
        return dict(engine.transactions.world.settings("barnsley"))


def test_a_change_says_what_is_different_and_what_it_touches_before_anything_is_saved(
    app: Flask, owner: Browser
) -> None:
    status, page = proposed(owner, setting="complaint_answer", value="15 working days")
    assert status == 200
    assert "Check this change" in page
    assert "What reads complaint_answer" in page
    assert "Complaints and dispute resolution (0 open cases):" in page
    assert settings(app)["complaint_answer"] == "20 working days"


def test_a_change_counts_at_once_for_every_step(app: Flask, owner: Browser) -> None:
    status, page = saved(owner, setting="complaint_answer", value="15 working days")
    assert status == 200
    assert "Settings: version 2 counts from now on" in page
    assert settings(app)["complaint_answer"] == "15 working days"
    assert settings(app)["rapid_response"] == "10 school days"


def test_a_value_that_would_break_a_diagram_cannot_be_saved(app: Flask, owner: Browser) -> None:
    status, page = proposed(owner, setting="complaint_answer", value="ten moons")
    assert status == 200
    assert "This cannot be saved, since it would break what is deployed." in page
    assert "Complaints and dispute resolution" in page
    assert 'name="note"' not in page
    status, page = owner.post(
        "/configuration/settings/save",
        note="All the same",
        content="settings: {complaint_answer: {value: ten moons}}",
        version="1",
        back="/configuration/settings",
    )
    assert status == 400
    assert settings(app)["complaint_answer"] == "20 working days"


def test_a_note_is_asked_for(app: Flask, owner: Browser) -> None:
    status, page = saved(owner, note=" ", setting="rapid_response", value="5 school days")
    assert status == 400
    assert "Enter what you changed, and why" in page
    assert settings(app)["rapid_response"] == "10 school days"


def test_what_a_file_said_is_version_1_and_can_be_compared_and_gone_back_to(app: Flask, owner: Browser) -> None:
    saved(owner, setting="rapid_response", value="5 school days")
    _, page = owner.get("/configuration/settings/versions")
    assert "As the file of the installation said until then" in page
    assert "Agreed in committee" in page
    assert "10 school days" in page
    assert "5 school days" in page
    _, page = owner.post("/configuration/settings/back", number="1", latest="2", why="Too short")
    assert "what version 1 said counts again, as version 3" in page
    assert "Back to version 1: Too short" in page
    assert settings(app)["rapid_response"] == "10 school days"


def test_going_back_from_a_version_that_was_overtaken_changes_nothing(app: Flask, owner: Browser) -> None:
    saved(owner, setting="rapid_response", value="5 school days")
    saved(owner, setting="rapid_response", value="6 school days")
    _, page = owner.post("/configuration/settings/back", number="1", latest="2")
    assert "Not done" in page
    assert settings(app)["rapid_response"] == "6 school days"


def test_who_saves_second_is_told_and_takes_nothing_back(app: Flask, owner: Browser) -> None:
    _, first = proposed(owner, setting="rapid_response", value="5 school days")
    saved(owner, setting="complaint_answer", value="15 working days")
    status, page = owner.post("/configuration/settings/save", note="Mine", **hidden(first))
    assert status == 400
    assert "changed this after you began: version 2 counts now" in page
    assert settings(app)["complaint_answer"] == "15 working days"
    assert settings(app)["rapid_response"] == "10 school days"


def test_from_a_day_on_it_waits_and_then_counts(app: Flask, owner: Browser, clock: Any) -> None:
    _, page = proposed(owner, setting="rapid_response", value="5 school days")
    status, page = owner.post(
        "/configuration/settings/save", note="New policy", **{"from": "2027-01-04"}, **hidden(page)
    )
    assert status == 200
    assert "New policy" in page
    assert "rapid_response" in page
    assert settings(app)["rapid_response"] == "10 school days"
    assert "Deployment of “Settings”" in owner.get("/configuration")[1]


def test_the_same_again_is_no_version(owner: Browser) -> None:
    _, page = proposed(owner, setting="rapid_response", value="10 school days", why="")
    assert "Nothing would be different." not in page  # the reason is gone
    _, now = owner.get(f"{CHANGE}?setting=rapid_response")
    why = html.unescape(re.search(r"<textarea[^>]*>([^<]*)", now)[1]).strip()  # type: ignore[index]
    _, page = proposed(owner, setting="rapid_response", value="10 school days", why=why)
    assert "Nothing would be different." in page


def test_another_process_of_the_installation_sees_it(app: Flask, owner: Browser) -> None:
    from engine import Config, Engine

    config = Config.load(engine_of(app).config.folder)  # type: ignore[arg-type]
    other = Engine(str(app.config["SQLALCHEMY_DATABASE_URI"]), config=config)
    with other.reading():
        assert other.transactions.world.settings("barnsley")["rapid_response"] == "10 school days"
    saved(owner, setting="rapid_response", value="5 school days")
    other.transactions.authorities.forget()  # as a second later
    with other.reading():
        assert other.transactions.world.settings("barnsley")["rapid_response"] == "5 school days"
    other.dispose()


def test_other_authorities_are_not_touched(app: Flask, owner: Browser) -> None:
    saved(owner, setting="rapid_response", value="5 school days")
    service = engine_of(app).configuration
    assert service.standing("settings", Scope("elsewhere")).version == 1


def test_an_officer_does_not_come_here(browser: Browser) -> None:
    assert browser.sign_in("seo").get("/configuration/settings")[0] == 403
