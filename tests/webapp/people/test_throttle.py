"""How often wrong passwords may be tried, on both databases and at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from engine import Scope
from engine.clock import VirtualClock
from tests.webapp.conftest import engine_of
from webapp import create_app
from webapp.db import db
from webapp.people import keeping, signing_in, throttle
from webapp.people.signing_in import Attempt, TooManyTries
from webapp.people.throttle import Tries
from webapp.settings import database_url as as_configured

ADA, BEN, NOBODY = "ada@council.gov.uk", "ben@council.gov.uk", "nobody@council.gov.uk"
RIGHT = "correct horse battery"
HOME, STRANGE = "198.51.100.1", "203.0.113.9"


@pytest.fixture
def wall() -> VirtualClock:
    """The machine's time, which stands still."""
    return VirtualClock(datetime(2026, 9, 7, 9, tzinfo=UTC))


@pytest.fixture
def app(database_url: str, tmp_path: Path, wall: VirtualClock, clock: VirtualClock) -> Iterator[Flask]:
    """The application with two accounts."""
    given = {"SQLALCHEMY_DATABASE_URI": as_configured(database_url, tmp_path), "SAMPLE": True, "WALL": wall}
    made = create_app({**given, "CLOCK": clock, "SECRET_KEY": "for tests"})
    with made.app_context():
        for name in (ADA, BEN):
            keeping.keep(name, "A Name", "barnsley", ["seo"], RIGHT)
        yield made


def tried(name: str, password: str = "wrong", address: str = STRANGE, browser: str = "") -> str:
    """What becomes of a try: in, wrong, or too many."""
    try:
        return "in" if signing_in.sign_in(Attempt(name, password, address, browser)) else "wrong"
    except TooManyTries:
        return "too many"


def test_a_stranger_s_guesses_rest_the_stranger_and_nobody_else(app: Flask) -> None:
    assert [tried(ADA) for _ in range(6)] == ["wrong"] * 5 + ["too many"]
    assert tried(ADA, RIGHT) == "too many", "not even the right one, from there"
    assert tried(ADA, RIGHT, HOME) == "in"


def test_a_name_that_nobody_has_is_answered_as_any_other(app: Flask) -> None:
    assert [tried(NOBODY) for _ in range(6)] == [tried(ADA) for _ in range(6)]


def test_many_names_from_one_address_rest_that_address(app: Flask) -> None:
    answers = [tried(f"name{number}@council.gov.uk") for number in range(throttle.BY_ADDRESS + 2)]
    assert answers == ["wrong"] * throttle.BY_ADDRESS + ["too many"] * 2
    assert tried(ADA, RIGHT) == "too many"
    assert tried(ADA, RIGHT, HOME) == "in"


def test_a_council_that_signs_in_from_one_address_is_let_in(app: Flask, wall: VirtualClock) -> None:
    for number in range(throttle.BY_ADDRESS + 2):
        counted = throttle.of_sign_in(f"name{number}@council.gov.uk", HOME, "")
        assert throttle.allow(db.session(), counted, wall.now()), number
        throttle.forget(db.session(), counted, wall.now())


def test_many_addresses_for_one_name_do_not_keep_its_owner_out_of_their_own_browser(app: Flask) -> None:
    for number in range(throttle.BY_NAME):
        tried(ADA, address=f"192.0.2.{number}")
    assert tried(ADA, RIGHT, HOME) == "too many", "of a browser that was never used for it"
    assert tried(ADA, RIGHT, HOME, browser="hers") == "in"
    assert tried(BEN, RIGHT, HOME) == "in"


def test_a_browser_that_was_used_counts_by_itself(app: Flask) -> None:
    assert [tried(ADA, browser="hers") for _ in range(11)] == ["wrong"] * 10 + ["too many"]
    assert tried(ADA, RIGHT, HOME) == "in"


def test_the_networks_of_one_ipv6_connection_are_one_address(app: Flask) -> None:
    answers = [tried(ADA, address=f"2001:db8::{number:x}") for number in range(6)]
    assert answers == ["wrong"] * 5 + ["too many"]
    assert tried(ADA, RIGHT, "2001:db8:0:1::1") == "in"


def test_it_is_over_after_a_quarter_of_an_hour(app: Flask, wall: VirtualClock) -> None:
    for _ in range(6):
        tried(ADA)
    wall.advance(throttle.WINDOW + timedelta(seconds=1))
    assert tried(ADA, RIGHT) == "in"


def test_the_right_password_makes_up_for_wrong_ones(app: Flask) -> None:
    for _ in range(3):
        assert [tried(ADA, address=HOME) for _ in range(4)] == ["wrong"] * 4
        assert tried(ADA, RIGHT, HOME) == "in"


def test_of_thirty_guesses_at_once_five_are_looked_at(app: Flask) -> None:
    def guess(_: int) -> str:
        with app.app_context():
            return tried(ADA)

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(guess, range(30)))
    assert answers == ["too many"] * 25 + ["wrong"] * 5


def test_no_name_and_no_address_is_kept(app: Flask) -> None:
    tried("my secret password", address=STRANGE)
    with engine_of(app).reading(Scope.all_authorities()) as session:
        kept = session.scalars(select(Tries.subject)).all()
    assert all(len(each) == 64 for each in kept)
    assert not any("secret" in each or STRANGE in each for each in kept)


def test_what_is_long_past_is_kept_no_longer(app: Flask, wall: VirtualClock) -> None:
    tried(NOBODY)
    wall.advance(3 * throttle.WINDOW)
    tried(ADA, RIGHT, HOME)
    with engine_of(app).reading(Scope.all_authorities()) as session:
        assert len(session.scalars(select(Tries.subject)).all()) == 2, "the address's and the name's of just now"
