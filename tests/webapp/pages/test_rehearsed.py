"""A draft is rehearsed before it is deployed, beside the versions that are."""

from __future__ import annotations

import json

from flask import Flask

from engine import Scope, queries
from engine.queries.drawings import FORM
from engine.services.drawings import Drawn
from tests.engine.lint.drawing import draw
from tests.webapp.conftest import ROOT, Browser, engine_of
from tests.webapp.pages.test_rehearsals import HERE, SETUP, recording

NEW = "/processes/barnsley-three-points/rehearse"
ASKED = {"type": "default", "id": "Form_1", "schemaVersion": 16, "components": []}
QUESTION = {"type": "textfield", "key": "seen", "label": "What was seen at the visit", "id": "Field_1"}
VISIT = draw(
    '<startEvent id="begins" name="Begins"/>'
    '<userTask id="visit" name="Visit the school" camunda:formKey="barnsley/visit-note" camunda:candidateGroups="seo"'
    ' camunda:dueDate="5 working days"/><endEvent id="done" name="Done"/>',
    "begins>visit visit>done",
    key="barnsley-three-points",
).replace('isExecutable="true"', 'isExecutable="true" name="Three points" camunda:candidateStarterGroups="seo"')


def drawn(app: Flask, xml: str = VISIT, by: str = "process-owner@barnsley.example.org") -> int:
    """A draft of a process that is new."""
    of = Drawn(queries.DIAGRAM, "barnsley-three-points", "barnsley-three-points.bpmn")
    return engine_of(app).drawings.begin_new(of, xml.encode(), Scope("barnsley", username=by), "Three points").id


def asked(app: Flask, by: str) -> None:
    """A draft of the form that it asks, by anybody."""
    of = Drawn(FORM, "barnsley/visit-note", "forms/barnsley/visit-note.form", base_version=0)
    content = json.dumps({**ASKED, "components": [QUESTION]}).encode()
    engine_of(app).drawings.begin_new(of, content, Scope("barnsley", username=by), "Visit note")


def test_a_draft_of_a_new_process_is_rehearsed_with_a_form_that_somebody_else_drafts(
    app: Flask, browser: Browser
) -> None:
    ident = drawn(app)
    asked(app, "head-of-education@barnsley.example.org")
    version = f"draft-{ident}"
    assert "A person starts it" in browser.sign_in("process-owner").get(f"{NEW}?version={version}")[1]
    _, page = browser.post(f"{NEW}/steps", version=version, **SETUP)
    status, page = browser.post(
        f"{NEW}/steps", **{"rehearse-json": recording(page), "rehearse-do": "begin", "version": version}
    )
    assert status == 200
    assert "What was seen at the visit" in page


def test_a_year_of_a_draft_is_saved_as_a_test_case_of_what_will_be_deployed(app: Flask, browser: Browser) -> None:
    version = f"draft-{drawn(app)}"
    asked(app, "process-owner@barnsley.example.org")
    _, page = browser.sign_in("process-owner").post(f"{NEW}/year", version=version, **SETUP)
    assert "Visit the school is asked" in page
    said = {"rehearse-json": recording(page), "rehearse-begun": "1", "version": version}
    browser.post(f"{NEW}/save", **said, **{"rehearse-name": "A visit"})
    status, page = browser.get(f"{NEW}/coverage?version={version}")
    assert (status, "1 of 1 go as they were saved" in page) == (200, True)


def test_a_draft_that_cannot_be_played_says_what_to_mend(app: Flask, browser: Browser) -> None:
    version = f"draft-{drawn(app)}"  # without the form that it asks
    status, page = browser.sign_in("process-owner").get(f"{NEW}?version={version}")
    assert status == 200
    assert "cannot be rehearsed yet" in page
    assert browser.post(f"{NEW}/year", version=version, **SETUP)[0] == 422


def test_a_draft_of_a_deployed_process_is_offered_beside_its_versions(app: Flask, browser: Browser) -> None:
    xml = (ROOT / "processes/barnsley/barnsley-escalation.bpmn").read_bytes()
    definition = version_of(app)
    ident = engine_of(app).drawings.begin(definition, xml, Scope("barnsley", username="x"), "Sooner").id
    assert f'<option value="draft-{ident}">Draft “Sooner”' in browser.sign_in("process-owner").get(HERE)[1]


def version_of(app: Flask) -> int:
    with engine_of(app).reading(Scope("barnsley")) as session:
        return queries.latest_definition(session, "barnsley-escalation").id


def test_forms_that_are_drafts_can_be_chosen_in_the_modeller(app: Flask, browser: Browser) -> None:
    asked(app, "process-owner@barnsley.example.org")
    offered = browser.sign_in("process-owner").client.get("/processes/choices").get_json()["forms"]
    assert {"value": "barnsley/visit-note", "label": "Visit note (a draft)"} in offered
