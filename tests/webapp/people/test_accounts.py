"""People's accounts."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from webapp.current import now
from webapp.people import accounts


def test_passwords_are_kept_hashed(app: Flask) -> None:
    with app.app_context():
        account = accounts.find("SEO@barnsley.example.org")
        assert account is not None
        assert account.password_hash.startswith("scrypt:")
        assert "pathways" not in account.password_hash


def test_an_account_rests_after_too_many_wrong_passwords_and_comes_back(app: Flask) -> None:
    with app.app_context():
        name = "seo@barnsley.example.org"
        for _ in range(accounts.MOST_FAILURES):
            assert accounts.sign_in(name, "wrong", now()) is None
        assert accounts.sign_in(name, "pathways", now()) is None
        assert accounts.sign_in(name, "pathways", now() + accounts.REST + timedelta(seconds=1)) is not None


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
        assert accounts.sign_in("seo@barnsley.example.org", "pathways", now()) is not None
