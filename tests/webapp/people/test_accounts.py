"""People's accounts."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask

from engine.store.tenancy import acting
from webapp.db import db
from webapp.people import accounts, signing_in
from webapp.people.accounts import ANYBODY, Granted
from webapp.people.signing_in import Attempt


def test_capabilities_come_from_roles(app: Flask) -> None:
    with app.app_context():
        held = {
            name: accounts.find(f"{name}@barnsley.example.org") for name in ("seo", "service-director", "headteacher")
        }
        assert held["seo"].may("start")
        assert not held["seo"].may("manage")
        assert held["seo"].may("officer")
        assert held["service-director"].may("manage")
        assert not held["headteacher"].may("officer")


def test_seeding_again_changes_roles_and_adds_nobody(app: Flask) -> None:
    with app.app_context():
        assert accounts.add_people(app.extensions["authorities"].values(), "other") == 0
        assert signing_in.sign_in(Attempt("seo@barnsley.example.org", "pathways")) is not None


@pytest.mark.parametrize(
    ("since", "until", "counts"),
    [
        (None, None, True),
        (date(2026, 9, 7), None, True),
        (date(2026, 9, 8), None, False),
        (None, date(2026, 9, 7), True),
        (None, date(2026, 9, 6), False),
    ],
)
def test_a_role_counts_from_its_first_day_to_its_last(since: date | None, until: date | None, counts: bool) -> None:
    assert Granted("seo", since, until).counts(date(2026, 9, 7)) is counts


def test_an_account_can_be_used_until_its_last_day(app: Flask) -> None:
    with app.app_context():
        account = accounts.find("SEO@barnsley.example.org")
        assert account is not None
        account.until = date(2026, 9, 7)
        assert account.is_let_in(date(2026, 9, 7))
        assert not account.is_let_in(date(2026, 9, 8))


def test_who_holds_a_role_is_asked_of_the_database(app: Flask) -> None:
    with app.app_context(), acting(db.session(), ANYBODY):
        asked = date(2026, 9, 7)
        found = accounts.members(db.session(), "barnsley", asked, None, ["seo", "none"])
        every = accounts.members(db.session(), "barnsley", asked)
    assert [each.username for each in found] == [each.username for each in every if "seo" in each.roles]


def test_a_role_is_asked_for_by_its_whole_name(app: Flask) -> None:
    with app.app_context(), acting(db.session(), ANYBODY):
        assert accounts.members(db.session(), "barnsley", date(2026, 9, 7), None, ["se"]) == []
