"""Roles are looked at, changed and made in the browser; what they permit is an administrator's to change, and nobody's own."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp.conftest import Browser, engine_of
from tests.webapp.pages.test_configuration import hidden

CHANGE = "/configuration/roles/change"


@pytest.fixture
def owner(browser: Browser) -> Browser:
    return browser.sign_in("process-owner")


def proposed(owner: Browser, **typed: object) -> tuple[int, str]:
    return owner.post(CHANGE, **{"kind": "officer", **typed})


def saved(owner: Browser, **typed: object) -> tuple[int, str]:
    _, page = proposed(owner, **typed)
    return owner.post("/configuration/roles/save", note="Agreed", **hidden(page))


def test_the_roles_are_listed_with_what_they_permit_and_how_many_hold_them(owner: Browser) -> None:
    status, page = owner.get("/configuration/roles")
    assert status == 200
    assert "School Evaluation Officer (SEO)" in page
    assert "see and manage every case" in page
    assert "2 people" in page  # two headteachers
    assert "Contacts of schools" in page


def test_a_change_says_who_holds_the_role_and_which_tasks_ask_it(owner: Browser) -> None:
    _, page = proposed(owner, role="seo", name="Evaluation officer")
    assert "Who holds it today (1): Sasha Example" in page
    assert "Schools escalation process" in page
    assert "School Evaluation Officer (SEO)" in page


def test_a_new_name_is_what_everybody_reads_at_once(app: Flask, owner: Browser) -> None:
    _, page = saved(owner, role="challenge-board", name="Board of challenge")
    assert "Roles: version 2 counts from now on" in page
    assert "Board of challenge" in owner.get("/configuration/roles")[1]
    with engine_of(app).reading():
        assert engine_of(app).config.authorities["barnsley"].roles["challenge-board"].name == "Board of challenge"


def test_a_new_role_can_be_asked_by_a_diagram_at_once(app: Flask, owner: Browser) -> None:
    saved(owner, id="lead-officer", name="Lead officer")
    with engine_of(app).reading():
        assert "lead-officer" in (engine_of(app).config.roles("barnsley") or ())
        assert engine_of(app).config.authorities["barnsley"].roles["seo"].capabilities == {"start"}


def test_a_role_that_a_diagram_asks_cannot_be_taken_out(owner: Browser) -> None:
    _, page = owner.post("/configuration/roles/remove", role="seo")
    assert "This cannot be saved" in page


def test_a_role_that_nothing_asks_can_be_taken_out_by_an_administrator(app: Flask, owner: Browser) -> None:
    saved(owner, id="lead-officer", name="Lead officer")
    _, page = owner.post("/configuration/roles/remove", role="lead-officer")
    assert "Nobody holds it today" in page
    owner.post("/configuration/roles/save", note="Not needed", **hidden(page))
    with engine_of(app).reading():
        assert "lead-officer" not in (engine_of(app).config.roles("barnsley") or ())


def test_a_process_owner_lets_no_role_permit_more(app: Flask, owner: Browser) -> None:
    _, page = proposed(owner, role="process-owner", name="Owner", capabilities=["audit", "administer"])
    content = hidden(page)
    assert "audit" not in content["content"].partition("id: process-owner")[2].partition("id: ")[0]
    more = content["content"].replace("- own-processes", "- own-processes\n  - audit")
    status, page = owner.post("/configuration/roles/save", note="More", **{**content, "content": more})
    assert status == 400
    assert "is changed by an administrator who does not hold it" in page
    with engine_of(app).reading():
        assert engine_of(app).config.authorities["barnsley"].roles["process-owner"].capabilities == {
            "own-processes",
            "manage",
        }


def test_an_administrator_changes_what_a_role_permits_but_not_of_their_own(app: Flask, browser: Browser) -> None:
    administrator = browser.sign_in("administrator")
    saved(administrator, role="seo", name="School Evaluation Officer (SEO)", capabilities=["start", "manage"])
    with engine_of(app).reading():
        assert engine_of(app).config.authorities["barnsley"].roles["seo"].capabilities == {"start", "manage"}
    _, page = saved(administrator, role="administrator", name="Administrator", capabilities=["administer", "audit"])
    assert "is changed by an administrator who does not hold it" in page


def test_nobody_locks_the_authority_out(browser: Browser) -> None:
    _, page = proposed(
        browser.sign_in("administrator"), role="process-owner", name="Process owner", capabilities=["manage"]
    )
    assert "This cannot be saved" in page
    assert "no role would permit to change processes" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"id": "Lead Officer", "name": "Lead"}, "Use small letters, digits and hyphens"),
        ({"id": "seo", "name": "Lead"}, "There is a role seo already"),
        ({"id": "lead", "name": ""}, "Enter a name"),
        ({"id": "lead", "name": "x" * 201}, "It must have 200 characters or fewer"),
        ({"id": "lead", "name": "Lead", "mailbox": "nowhere"}, "Enter an e-mail address in the correct format"),
        ({"id": "lead", "name": "Lead", "kind": "contact", "per_school": "yes"}, "Only an officer looks after schools"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(owner: Browser, typed: dict[str, str], said: str) -> None:
    status, page = proposed(owner, **typed)
    assert status == 400
    assert said in page


def test_an_officer_does_not_come_here(browser: Browser) -> None:
    assert browser.sign_in("seo").get("/configuration/roles")[0] == 403
