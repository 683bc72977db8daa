"""A link to one task: signed, for a time, and good for that task only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from engine import Scope
from tests.webapp.conftest import engine_of, link_to
from webapp.people import guests
from webapp.people.access import ROUTES
from webapp.people.guests import Guest, Invitation

INVITED = Invitation(7, "barnsley", "chair-of-governors", "chair@example.org", 1)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    """The application, whose secret key signs."""
    with app.app_context():
        yield


def invited() -> Guest:
    """Whoever opens the link."""
    found = guests.guest(INVITED.token())
    assert found is not None
    return found


def test_a_link_says_who_may_do_which_task() -> None:
    person = invited()
    assert person.task == 7
    assert person.name == "chair@example.org"
    assert person.scope == Scope("barnsley", frozenset({"chair-of-governors"}), "chair@example.org", confidential=False)
    assert person.home is not None
    assert person.home.id == "barnsley"


def test_a_guest_is_signed_in_and_has_no_capability() -> None:
    person = invited()
    assert person.is_authenticated
    assert person.is_active
    assert not person.is_anonymous
    assert not any(person.may(each) for each in ("officer", "start", "manage", "own-processes", "administer"))


def test_a_session_names_the_guest_by_the_link(app: Flask) -> None:
    engine_of(app).cases.start("barnsley-concerns-maintained", school="100002", authority="barnsley", by="x")
    address = link_to(app, 1, "seo")
    person = guests.guest(address.removeprefix("/link/"))
    assert person is not None
    assert guests.by_id(person.get_id()) == person
    engine_of(app).links.end(person.link, Scope("barnsley", frozenset({"seo"}), "sasha"))
    assert guests.by_id(person.get_id()) is None, "an ended link is no session any more"
    assert guests.by_id("7") is None
    assert guests.by_id(INVITED.token()) is None, "a link alone is no session"


def test_a_link_that_was_changed_or_signed_by_another_key_opens_nothing(app: Flask) -> None:
    token = INVITED.token()
    assert guests.guest(token[:-1]) is None
    assert guests.guest("") is None
    app.config["SECRET_KEY"] = "another key"
    assert guests.guest(token) is None


def test_a_link_signed_for_another_purpose_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    token = INVITED.token()
    monkeypatch.setattr(guests, "PURPOSE", "something else")
    assert guests.guest(token) is None


def test_a_link_is_good_for_thirty_days(monkeypatch: pytest.MonkeyPatch) -> None:
    day = 86_400
    made = 1_800_000_000
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: made)
    token = INVITED.token()
    for later, opens in ((30 * day, True), (30 * day + 1, False)):
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda later=later: made + later)
        assert (guests.guest(token) is not None) is opens, later


@pytest.mark.parametrize("endpoint", sorted(ROUTES))
def test_a_guest_may_come_to_the_task_and_the_way_out_only(endpoint: str) -> None:
    person = invited()
    any_task = endpoint in ("files.remove", "links.done", "auth.sign_out")
    theirs = any_task or endpoint in ("tasks.task", "tasks.complete", "files.of_task")
    assert guests.allowed(person, endpoint, {"task_id": 7}) is theirs
    assert guests.allowed(person, endpoint, {"task_id": 8}) is any_task
