"""What the environment says, and what must be said before real people are let in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.errors import ConfigUnreadable
from webapp import create_app
from webapp.settings import UnsafeSettings, database_url, settings

KEY = "k" * 32
HTTPS = "https://pathways.example.gov.uk"


def made(tmp_path: Path, **overrides: Any) -> Any:
    given = {"SAMPLE": False, "SECRET_KEY": KEY, "BASE_ADDRESS": HTTPS}
    return create_app({**given, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/x.db", **overrides})


def test_a_server_for_real_people_starts_when_all_is_said(tmp_path: Path) -> None:
    assert made(tmp_path).config["TRUSTED_HOSTS"] == ["pathways.example.gov.uk"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 32"),
        ({"BASE_ADDRESS": ""}, "PATHWAYS_BASE_ADDRESS is not set"),
        ({"BASE_ADDRESS": "http://pathways.example.gov.uk"}, "which is not https"),
        ({"BASE_ADDRESS": "http://localhost.example.gov.uk"}, "which is not https"),
        ({"DEBUG": True}, "Debugging is on"),
    ],
)
def test_a_server_for_real_people_does_not_start_unsafe(tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UnsafeSettings, match=said):
        made(tmp_path, **wrong)


def test_all_that_is_missing_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(UnsafeSettings, match="SECRET_KEY.*PATHWAYS_BASE_ADDRESS.*sample mode"):
        made(tmp_path, SECRET_KEY="", BASE_ADDRESS="")


@pytest.mark.parametrize("address", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_this_machine_alone_may_be_tried_without_https(tmp_path: Path, address: str) -> None:
    assert not made(tmp_path, BASE_ADDRESS=address).config["SESSION_COOKIE_SECURE"]


@pytest.mark.parametrize(
    "address",
    ["pathways.example.gov.uk", "https://", "https://a.uk/path", "https://a@b.uk", "https://a.uk?x", "ftp://a"],
)
def test_an_address_that_is_none_is_said(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigUnreadable, match="should be like https://pathways"):
        made(tmp_path, BASE_ADDRESS=address)


def test_commands_that_serve_nobody_need_none_of_it(tmp_path: Path) -> None:
    given = {"SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/x.db", "SECRET_KEY": "", "BASE_ADDRESS": ""}
    assert create_app(given, serving=False) is not None


def test_the_sample_makes_a_key_of_its_own_and_nobody_else_gets_one() -> None:
    assert len(settings({"PATHWAYS_SAMPLE": "1"})["SECRET_KEY"]) == 64
    assert settings({})["SECRET_KEY"] == ""


def test_trusted_hosts_are_listed_with_commas_or_spaces() -> None:
    assert settings({"PATHWAYS_TRUSTED_HOSTS": "a.uk, b.uk c.uk"})["MORE_HOSTS"] == ["a.uk", "b.uk", "c.uk"]


def test_postgresql_is_reached_by_psycopg(tmp_path: Path) -> None:
    assert database_url("postgresql://host/name", tmp_path) == "postgresql+psycopg://host/name"
    assert database_url("", tmp_path) == f"sqlite:///{tmp_path}/var/pathways.db"
