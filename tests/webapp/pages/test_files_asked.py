"""A question that asks for files: they are added on the task's page of files, and answer it from there."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from lxml import html

from engine import Scope, queries
from tests.engine.people.test_evidence import PDF, PNG
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import EVIDENCE, Browser, engine_of
from tests.webapp.pages.test_files import send

QUESTION = {
    "type": "filepicker",
    "id": "f",
    "key": "minutes",
    "label": "The minutes",
    "properties": {"name": "the minutes"},
}
PROCESS = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Minutes" camunda:formKey="barnsley/minutes" camunda:candidateGroups="seo"/>'
    '<exclusiveGateway id="x" default="f_x_e"/><userTask id="b" name="Read" camunda:formKey="barnsley/evidence-summary" '
    'camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>a a>x x>b[count(minutes) = 1] x>e b>e",
    key="minutes",
)


def asking(app: Flask, **more: object) -> None:
    """A case whose first task, the only one, asks for the minutes."""
    form = {"type": "default", "id": "minutes", "components": [{**QUESTION, **more}]}
    engine = engine_of(app)
    engine.deployments.deploy({"minutes.form": json.dumps(form).encode()}, "barnsley", strict=False)
    engine.deployments.deploy({"minutes.bpmn": PROCESS}, "barnsley", strict=False)
    engine.cases.start("minutes", by=Scope("barnsley", frozenset({"seo"}), "seo@barnsley.example.org"))


@pytest.fixture
def seo(app: Flask, browser: Browser) -> Browser:
    asking(app, validate={"required": True}, accept=".pdf")
    return browser.sign_in("seo")


def listed(page: str) -> list[str]:
    """The files that the question shows."""
    return html.fromstring(page).xpath("//form//fieldset//ul[contains(@class, 'govuk-list--bullet')]/li/text()")


def test_it_is_asked_for_where_it_is_missing(seo: Browser) -> None:
    status, page = seo.post("/tasks/1")
    assert status == 400
    assert "Add a file to &#34;The minutes&#34;" in page
    assert 'href="#minutes"' in page


def test_its_button_saves_and_leads_to_its_files(seo: Browser) -> None:
    page = seo.post("/tasks/1", draft="files:minutes")[1]
    assert html.fromstring(page).xpath("//h1/text()") == ["The minutes"]


def test_what_is_added_answers_it(seo: Browser) -> None:
    page = send(seo, "/tasks/1/files", ("september.pdf", PDF), belongs="minutes")[1]
    assert listed(page) == ["september.pdf"]
    seo.post("/tasks/1")
    assert "september.pdf" in seo.get("/tasks/1")[1]
    assert seo.get("/tasks/2")[0] == 200, "the process went on by the number of files"


def test_a_browser_cannot_say_that_there_is_one(seo: Browser) -> None:
    assert seo.post("/tasks/1", minutes="invented.pdf")[0] == 400


def test_a_file_of_another_type_is_refused(seo: Browser) -> None:
    status, page = send(seo, "/tasks/1/files", ("photo.png", PNG), belongs="minutes")
    assert status == 400
    assert "photo.png cannot be taken: “The minutes” takes files of these types: pdf" in page


def test_one_file_is_one(seo: Browser) -> None:
    status, page = send(seo, "/tasks/1/files", ("a.pdf", PDF), ("b.pdf", PDF), belongs="minutes")
    assert (status, "“The minutes” takes one file" in page) == (400, True)
    send(seo, "/tasks/1/files", ("a.pdf", PDF), belongs="minutes")
    page = send(seo, "/tasks/1/files", ("b.pdf", PDF), belongs="minutes")[1]
    assert "remove the other one first" in page


def test_one_that_is_removed_answers_it_no_more(seo: Browser) -> None:
    send(seo, "/tasks/1/files", ("a.pdf", PDF), belongs="minutes")
    seo.post("/files/1/remove", reason="The wrong meeting.")
    assert listed(seo.get("/tasks/1")[1]) == []
    assert seo.post("/tasks/1")[0] == 400


def test_what_was_typed_beside_it_is_kept_on_the_way(browser: Browser, case: int) -> None:
    browser.post("/tasks/1", draft="files:evidence_files", **EVIDENCE)
    page = send(browser, "/tasks/1/files", ("data.pdf", PDF), belongs="evidence_files")[1]
    assert EVIDENCE["evidence_leadership"] in page
    assert listed(page) == ["data.pdf"]


def test_it_is_kept_as_the_answer_and_shown_to_whoever_decides_on_it(browser: Browser, case: int) -> None:
    send(browser, "/tasks/1/files", ("data.pdf", PDF), belongs="evidence_files")
    browser.post("/tasks/1", **EVIDENCE)
    assert "data.pdf" in browser.sign_in("head-of-bsa").get("/tasks/2")[1]
    assert "data.pdf" not in browser.sign_in("service-director").get("/cases/1")[1]


def test_answers_are_corrected_with_the_files_as_they_are(
    app: Flask, seo: Browser, browser: Browser, case: int
) -> None:
    send(browser.sign_in("seo"), "/tasks/1/files", ("data.pdf", PDF), belongs="evidence_files")
    browser.post("/tasks/1", **EVIDENCE)
    changed = {**EVIDENCE, "evidence_leadership": "Fewer checks.", "why": "A slip."}
    assert "Your answers are corrected" in browser.post("/tasks/1/answers", **changed)[1]
    with engine_of(app).reading() as session:
        values = queries.task(session, 1).values or {}
    assert values["evidence_files"] == ["data.pdf"]
    assert values["evidence_leadership"] == "Fewer checks."


def test_a_start_form_cannot_ask_for_one(app: Flask) -> None:
    form = json.dumps({"type": "default", "id": "minutes", "components": [QUESTION]}).encode()
    start = bpmn('<startEvent id="s" camunda:formKey="barnsley/minutes"/><endEvent id="e"/>', "s>e", key="begin")
    found = engine_of(app).deployments.check({"minutes.form": form, "begin.bpmn": start}, "barnsley")
    assert any("which only a user task can take" in each.message for each in found)
