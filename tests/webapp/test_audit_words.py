"""Entries of the audit trail in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_login import login_user

from engine.queries import AuditRow
from engine.store.tenancy import set_scope
from webapp.audit_words import Side, doer, in_words, sides, thing, whence
from webapp.db import db
from webapp.people import accounts

DIGEST = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def signed_in(app: Flask) -> Iterator[None]:
    """A request of somebody of Barnsley, whose people and roles have names."""
    with app.test_request_context():
        account = accounts.find("seo@barnsley.example.org")
        assert account is not None
        login_user(account)
        set_scope(db.session(), account.scope)
        yield


def row(**said: Any) -> AuditRow:
    known = dict.fromkeys(AuditRow.__dataclass_fields__, "")
    return AuditRow(**{**known, "before": {}, "after": {}, "who_kind": "person", "channel": "web", **said})


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"who": "seo@barnsley.example.org"}, "Sasha Example"),
        ({"who": "guest@example.org", "who_kind": "guest"}, "guest@example.org (by a link to one task)"),
        ({"who_kind": "engine"}, "Pathways"),
        ({"who_kind": "operator", "who": "root"}, "root (on the server)"),
        ({"who_kind": "unknown"}, "Somebody who was not signed in"),
    ],
)
def test_who_did_it(said: dict[str, Any], words: str) -> None:
    assert doer(row(**said)) == words


@pytest.mark.parametrize(
    ("said", "words"),
    [({"address": "192.0.2.7"}, "Browser, 192.0.2.7"), ({"channel": "worker"}, "Pathways’ worker")],
)
def test_from_where(said: dict[str, Any], words: str) -> None:
    assert whence(row(**said)) == words


def test_about_whom_and_what() -> None:
    assert thing(row(subject="a.txt", person="seo@barnsley.example.org")) == "a.txt, Sasha Example"


@pytest.mark.parametrize(
    ("value", "name", "words"),
    [
        (None, "", "Nothing"),
        (True, "", "Yes"),
        ([], "", "Nothing"),
        (["a", "b"], "", "a; b"),
        (12, "", "12"),
        ("2026-10-14", "", "14 October 2026"),
        ("2026-10-14T08:05:00+00:00", "", "14 October 2026 at 9:05am"),
        ("2026-99-14", "", "2026-99-14"),
        ("seo@barnsley.example.org", "", "Sasha Example"),
        (["seo"], "candidate_groups", "School Evaluation Officer (SEO)"),
        ({"role": "seo"}, "grants", "Role: School Evaluation Officer (SEO)"),
        ({"@type": "date", "value": "2026-10-14"}, "", "14 October 2026"),
        ({"confidential": DIGEST}, "", "Confidential (0123456789ab)"),
        ({"long": 1234, "sha256": DIGEST}, "", "1,234 characters (0123456789ab)"),
        ({}, "", "Nothing"),
    ],
)
def test_a_value_in_words(value: Any, name: str, words: str) -> None:
    assert in_words(value, name) == words


def test_answers_stand_beside_the_other_values() -> None:
    found = sides(row(after={"answers": {"open_question": "seen"}, "status": "completed"}))
    assert found == [Side("Open question", "", "seen"), Side("Status", "", "completed")]


def test_what_was_before_stands_beside_what_is_after() -> None:
    assert sides(row(before={"name": "Elm"}, after={"name": "Oak"})) == [Side("Name", "Elm", "Oak")]


@pytest.mark.parametrize(
    ("subject", "words"),
    [("GET /cases/1", "To see the page /cases/1"), ("POST /tasks/1", "To change something at the page /tasks/1")],
)
def test_what_was_refused_is_told_in_words(subject: str, words: str) -> None:
    assert thing(row(kind="access.refused", subject=subject)) == words
