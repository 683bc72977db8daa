"""Clauses are changed and made in the browser, with what carries each; a clause that is carried cannot be taken out."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp.conftest import Browser
from tests.webapp.pages.test_configuration import hidden

CHANGE = "/configuration/clauses/change"


@pytest.fixture
def owner(browser: Browser) -> Browser:
    return browser.sign_in("process-owner")


def proposed(owner: Browser, **typed: str) -> tuple[int, str]:
    return owner.post(CHANGE, **typed)


def saved(owner: Browser, **typed: str) -> tuple[int, str]:
    _, page = proposed(owner, **typed)
    return owner.post("/configuration/clauses/save", note="Agreed", **hidden(page))


def test_the_clauses_are_listed_by_their_document(owner: Browser) -> None:
    status, page = owner.get("/configuration/clauses")
    assert status == 200
    assert "Barnsley, schools escalation process, September 2021" in page
    assert "BAR-ESC-1.3" in page


def test_a_change_says_which_elements_carry_the_clause(owner: Browser) -> None:
    _, page = proposed(
        owner, clause="BAR-QA-6.1", says="A complaint goes to whoever is responsible", at="6", kind="decision"
    )
    assert "What carries BAR-QA-6.1" in page
    assert "Complaints and dispute resolution (0 open cases)" in page


def test_new_words_are_read_everywhere_at_once(app: Flask, owner: Browser) -> None:
    saved(owner, clause="BAR-QA-6.1", says="A complaint goes to whoever is responsible", at="6", kind="decision")
    assert "A complaint goes to whoever is responsible" in owner.get("/coverage")[1]


def test_a_clause_is_added_and_taken_out(owner: Browser) -> None:
    _, page = saved(owner, id="BAR-QA-9.1", says="Each July the policy is looked at", at="9", kind="timer")
    assert "Clauses of the policy: version 2 counts from now on" in page
    _, page = owner.post("/configuration/clauses/remove", clause="BAR-QA-9.1")
    assert "Nothing carries it yet." in page
    _, page = owner.post("/configuration/clauses/save", note="Not so", **hidden(page))
    assert "version 3 counts from now on" in page
    assert "BAR-QA-9.1" not in owner.get("/configuration/clauses")[1]


def test_a_clause_that_is_carried_cannot_be_taken_out(owner: Browser) -> None:
    _, page = owner.post("/configuration/clauses/remove", clause="BAR-QA-6.1")
    assert "This cannot be saved" in page
    assert "BAR-QA-6.1" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"id": "9.1", "says": "So"}, "beginning with a capital"),
        ({"id": "BAR-QA-6.1", "says": "So"}, "There is a clause BAR-QA-6.1 already"),
        ({"id": "BAR-QA-9.1", "says": ""}, "Enter what the policy asks for"),
        ({"id": "BAR-QA-9.1", "says": "x" * 2001}, "It must have 2,000 characters or fewer"),
        ({"id": "BAR-QA-9.1", "says": "So", "kind": "wish"}, "Choose one of start, step"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(owner: Browser, typed: dict[str, str], said: str) -> None:
    status, page = proposed(owner, **typed)
    assert status == 400
    assert said in page


def test_a_document_gets_its_title(owner: Browser) -> None:
    _, page = owner.post("/configuration/clauses/documents", key="BAR-QA", title="Quality assurance, 2027")
    owner.post("/configuration/clauses/save", note="The new one", **hidden(page))
    assert "Quality assurance, 2027" in owner.get("/configuration/clauses")[1]
