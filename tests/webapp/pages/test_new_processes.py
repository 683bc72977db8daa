"""A process that is not there yet is begun from an empty canvas or from a template, drawn as a draft and deployed."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from engine import queries
from tests.webapp.conftest import Browser, engine_of

KEY = "barnsley-three-review-points"


@pytest.fixture
def owner(browser: Browser) -> Browser:
    return browser.sign_in("process-owner")


def begun(owner: Browser, template: str = "") -> tuple[int, str]:
    """The number of the draft, and its diagram."""
    _, page = owner.post("/processes/new", name="Three review points", template=template)
    found = re.search(r'data-drawing="(\d+)"', page)
    assert found, page[:3000]
    return int(found[1]), owner.get(f"/drafts/{found[1]}.bpmn")[1]


def test_an_empty_canvas_has_a_beginning_a_name_and_a_key(owner: Browser) -> None:
    _, xml = begun(owner)
    assert f'id="{KEY}" name="Three review points"' in xml
    assert xml.count("startEvent") == 1
    assert "Three review points" in owner.get("/processes")[1]


def test_a_template_is_taken_whole_and_deployed_beside_it(app: Flask, owner: Browser) -> None:
    draft, xml = begun(owner, "barnsley-complaint")
    answer = owner.client.post("/api/deploy", json={"xml": xml, "note": "New", "file": f"{KEY}.bpmn", "draft": draft})
    assert answer.get_json() == {"address": f"/processes/{KEY}?deployed=1"}
    with engine_of(app).reading() as session:
        assert queries.latest_definition(session, KEY).name == "Three review points"
        assert queries.latest_definition(session, "barnsley-complaint").version == 1
    assert "Deployed as version 1" in owner.get(f"/drafts/{draft}")[1]


def test_its_page_of_the_draft_says_that_it_is_new(owner: Browser) -> None:
    draft, _ = begun(owner)
    status, page = owner.get(f"/drafts/{draft}")
    assert status == 200
    assert "which is new" in page


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (" ", "Enter a name."),
        ("x" * 101, "100 characters or fewer"),
        ("Complaint", "There is a process by that name already: "),
        ("COMPLAINTS and dispute resolution", "There is a process by that name already: "),
        ("Three Review Points", "is begun already: go on with its draft"),
    ],
)
def test_a_name_is_needed_that_nothing_has_yet(owner: Browser, name: str, said: str) -> None:
    begun(owner)
    assert said in owner.post("/processes/new", name=name)[1]


def test_only_owners_begin_one(browser: Browser) -> None:
    assert browser.sign_in("seo").get("/processes/new")[0] == 403
