"""Drafts of diagrams in the browser's address space: begun, saved, looked at, named, discarded and had back, deployed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from tests.webapp.conftest import ROOT, Browser, engine_of

XML = (ROOT / "processes/barnsley/barnsley-escalation.bpmn").read_text(encoding="utf-8")
CHANGED = XML.replace("Exit: support reduced, case closed", "Exit: closed")


def base(browser: Browser) -> int:
    """The id of the deployed version."""
    found = re.search(r"/definitions/(\d+)\.bpmn", browser.get("/processes/barnsley-escalation")[1])
    assert found
    return int(found[1])


def send(browser: Browser, address: str, **body: Any) -> dict[str, Any]:
    """Send JSON as the modeller does."""
    answer = browser.client.post(address, json=body)
    said: dict[str, Any] = answer.get_json()
    return said | {"status": answer.status_code}


@pytest.fixture
def begun(browser: Browser) -> dict[str, Any]:
    """The process owner has drawn a stroke."""
    browser.sign_in("process-owner")
    return send(browser, "/api/drafts", xml=CHANGED, base=base(browser), file="barnsley-escalation.bpmn")


def test_a_draft_is_opened_again_wherever_its_owner_signs_in(browser: Browser, begun: dict[str, Any]) -> None:
    answer = browser.client.get(f"/definitions/{base(browser)}/edit")
    assert answer.headers["Location"].endswith(f"/drafts/{begun['id']}/edit")
    assert "Exit: closed" in browser.get(f"/drafts/{begun['id']}.bpmn")[1]
    assert browser.client.get(f"/definitions/{base(browser)}/edit?fresh=1").status_code == 200


def test_the_page_of_a_draft_says_what_is_different(browser: Browser, begun: dict[str, Any]) -> None:
    status, page = browser.get(f"/drafts/{begun['id']}")
    assert status == 200
    assert "End event “Exit: closed”" in page
    assert "Draft 1" in browser.get("/processes/barnsley-escalation")[1]


def test_a_save_on_an_older_save_is_kept_beside(browser: Browser, begun: dict[str, Any]) -> None:
    send(browser, begun["address"], xml=CHANGED.replace("Exit: closed", "Exit: two"), number=1)
    second = send(browser, begun["address"], xml=CHANGED.replace("Exit: closed", "Exit: three"), number=1)
    assert second["id"] != begun["id"]
    assert second["beside"] == "Pat Pretend"


def test_a_draft_is_named_discarded_and_had_back(browser: Browser, begun: dict[str, Any]) -> None:
    address = f"/drafts/{begun['id']}"
    assert "A policy for spring" in browser.post(f"{address}/name", name="A policy for spring")[1]
    assert "must have 1 to 120 characters" in browser.post(f"{address}/name", name=" ")[1]
    assert "is discarded" in browser.post(f"{address}/discard")[1]
    assert "Have it back" in browser.get(address)[1]
    assert "The draft is back." in browser.post(f"{address}/restore")[1]


def test_a_draft_that_is_deployed_is_one_no_longer(app: Flask, browser: Browser, begun: dict[str, Any]) -> None:
    body = {"note": "Shorter", "file": "barnsley-escalation.bpmn", "base": base(browser), "draft": begun["id"]}
    assert send(browser, "/api/deploy", xml=CHANGED, **body)["status"] == 200
    assert browser.client.get(f"/definitions/{base(browser)}/edit").status_code == 200
    assert "deployed as version 2</td>" in browser.get("/processes/barnsley-escalation")[1]
    assert "Deployed as version 2" in browser.get(f"/drafts/{begun['id']}")[1]


@pytest.mark.parametrize("body", [{}, {"xml": 5, "base": 1}, {"xml": "x"}, {"xml": "x", "base": "y"}])
def test_what_is_no_drawing_is_refused(browser: Browser, body: dict[str, Any]) -> None:
    assert send(browser.sign_in("process-owner"), "/api/drafts", **body)["status"] == 400


@pytest.mark.parametrize(("xml", "status"), [("", 422), ("\ud800", 422)])
def test_what_cannot_be_kept_says_why(browser: Browser, xml: str, status: int) -> None:
    browser.sign_in("process-owner")
    assert send(browser, "/api/drafts", xml=xml, base=base(browser))["status"] == status


def test_a_draft_that_is_no_diagram_has_a_page(browser: Browser, begun: dict[str, Any]) -> None:
    broken = send(browser, begun["address"], xml="not yet", number=1)
    status, page = browser.get(f"/drafts/{broken['id']}")
    assert status == 200
    assert "is not well-formed XML" in page


def test_the_sample_is_not_put_over_what_was_changed_in_the_browser(app: Flask, browser: Browser) -> None:
    from webapp.sample import page

    browser.sign_in("process-owner")
    body = {"note": "Shorter", "file": "barnsley-escalation.bpmn", "base": base(browser)}
    assert send(browser, "/api/deploy", xml=CHANGED, **body)["status"] == 200
    with app.app_context():
        said = "\n".join(page.seed(app.config["ROOT"]))
    assert "barnsley: kept as it was changed in the browser" in said
    assert "Exit: closed" in browser.get(f"/definitions/{base(browser)}.bpmn")[1]
    with app.app_context():
        page.seed(app.config["ROOT"], replace=True)
    assert "Exit: closed" not in browser.get(f"/definitions/{base(browser)}.bpmn")[1]
    assert engine_of(app).drawings.newest("barnsley-escalation", _owner()) is None


def _owner() -> Any:
    from engine import Scope

    return Scope("barnsley", username="process-owner@barnsley.example.org")


def test_a_draft_that_is_deployed_or_discarded_says_so_and_opens_no_editor(
    browser: Browser, begun: dict[str, Any]
) -> None:
    browser.post(f"/drafts/{begun['id']}/discard")
    page = browser.client.get(f"/drafts/{begun['id']}/edit", follow_redirects=True).get_data(as_text=True)
    assert "was discarded, so it is not open any more" in page
    assert "Have it back" in page


def test_a_draft_whose_deployment_was_called_off_opens_only_where_it_is_chosen(
    app: Flask, browser: Browser, begun: dict[str, Any]
) -> None:
    body = {"note": "Later", "file": "barnsley-escalation.bpmn", "base": base(browser), "draft": begun["id"]}
    planned = send(browser, "/api/deploy", xml=CHANGED, **body, **{"from": "2027-01-04"})
    browser.post(f"{planned['address']}/call-off", off="Not now")
    assert browser.client.get(f"/definitions/{base(browser)}/edit").status_code == 200
    assert browser.client.get(f"/drafts/{begun['id']}/edit").status_code == 200
