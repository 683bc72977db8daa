"""Recording an answer for those whose task it is, on pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from engine.forms import Form, load_form
from tests.webapp.conftest import Browser, engine_of
from webapp.pages import behalf

SUMMARY = (
    b'{"id": "summary", "type": "default", "components": [{"type": "textarea", "key": "summary", "label": "Summary",'
    b' "validate": {"required": true}, "properties": {"error": "Enter the summary", "name": "the summary"}}]}'
)
DIAGRAM = b"""<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
<process id="summary" name="Summary" isExecutable="true" camunda:candidateStarterGroups="seo"><startEvent id="s"/>
<userTask id="share" name="Share a summary" camunda:formKey="barnsley/summary" camunda:candidateGroups="chair-of-governors"
 camunda:dueDate="P7D"><extensionElements><camunda:properties>
<camunda:property name="onBehalf" value="seo"/><camunda:property name="noAnswer" value="= {}"/>
</camunda:properties></extensionElements></userTask><endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="share"/><sequenceFlow id="f2" sourceRef="share" targetRef="e"/>
</process></definitions>"""
SAID = {
    "behalf_who": "Chris Example, chair",
    "behalf_on-day": "7",
    "behalf_on-month": "9",
    "behalf_on-year": "2026",
    "behalf_how": "telephone",
}


@pytest.fixture
def seo(app: Flask, browser: Browser) -> Browser:
    """The SEO, once a case waits for the chair of governors in task 1."""
    engine = engine_of(app)
    engine.deployments.deploy({"s.bpmn": DIAGRAM, "summary.form": SUMMARY}, "barnsley", by="x", strict=False)
    engine.cases.start("summary", authority="barnsley", school="100001")
    return browser.sign_in("seo")


def test_the_case_offers_to_record_the_answer(seo: Browser) -> None:
    assert "Record their answer" in seo.get("/cases/1")[1]


def test_whose_task_it_is_does_it_instead(seo: Browser) -> None:
    assert "Record their answer" not in seo.sign_in("chair-of-governors").get("/cases/1")[1]


def test_others_may_not_record_it(seo: Browser) -> None:
    status, page = seo.sign_in("service-director").get("/tasks/1/behalf")
    assert status == 403
    assert "may be recorded for others by School Evaluation Officer (SEO)," in page


def test_what_is_missing_is_said_and_what_was_typed_is_kept(seo: Browser) -> None:
    status, page = seo.post("/tasks/1/behalf", behalf_who="Chris Example, chair", summary="")
    assert status == 400
    assert "Enter the day on which they said it" in page
    assert "Select how they said it" in page
    assert "Enter the summary" in page
    assert "Chris Example, chair" in page


def test_an_answer_cannot_have_been_given_tomorrow(seo: Browser) -> None:
    _, page = seo.post("/tasks/1/behalf", **SAID | {"behalf_on-day": "8"}, summary="Shared.")
    assert "The day on which they said it must be the same as or before 7 September 2026" in page


def test_an_answer_cannot_have_been_given_before_the_case_began(seo: Browser) -> None:
    _, page = seo.post("/tasks/1/behalf", **SAID | {"behalf_on-year": "2019"}, summary="Shared.")
    assert "The day on which they said it must be the same as or after 7 September 2026" in page


def test_whoever_records_is_told_that_somebody_has_claimed_the_task(seo: Browser) -> None:
    seo.sign_in("chair-of-governors").post("/tasks/1/claim")
    assert (
        "Chris Supposed has claimed this task and may be answering it." in seo.sign_in("seo").get("/tasks/1/behalf")[1]
    )


def test_the_story_says_who_said_it(seo: Browser) -> None:
    _, page = seo.post("/tasks/1/behalf", **SAID, summary="Shared.")
    assert "Said by Chris Example, chair on 7 September 2026 (telephone), and recorded" in page


def test_whose_task_it_was_reads_that_it_was_recorded_for_them(seo: Browser) -> None:
    seo.post("/tasks/1/behalf", **SAID, summary="Shared.")
    _, page = seo.sign_in("chair-of-governors").get("/tasks/1")
    said = (
        "The answer was recorded for Chair of governors: Chris Example, chair gave it on 7 September 2026 (telephone)."
    )
    assert said in " ".join(page.split())


def test_the_answer_is_the_task_s(app: Flask, seo: Browser) -> None:
    seo.post("/tasks/1/behalf", **SAID, summary="Shared.")
    assert engine_of(app).cases.variables(1)["summary"] == "Shared."


def test_before_its_date_an_answer_is_waited_for(seo: Browser) -> None:
    assert "When its date has passed, you can let the case go on" in seo.get("/tasks/1/behalf")[1]


@pytest.fixture
def late(app: Flask, seo: Browser) -> Browser:
    """The SEO, when the task's date has passed."""
    app.config["CLOCK"].advance(timedelta(days=9))
    return seo


def test_going_on_without_an_answer_says_what_was_done(late: Browser) -> None:
    status, page = late.post("/tasks/1/unanswered", reason=" ")
    assert status == 400
    assert "Enter what was done to get an answer" in page


def test_what_was_done_to_get_an_answer_is_short_enough_to_be_read(late: Browser) -> None:
    status, page = late.post("/tasks/1/unanswered", reason="x" * 2_001)
    assert status == 400
    assert "What was done must be 2,000 characters or less: it has 1 too many" in page


def test_going_on_without_an_answer_is_asked_on_a_page_of_its_own(late: Browser) -> None:
    assert "/tasks/1/unanswered" in late.get("/tasks/1/behalf")[1]
    assert "Chair of governors gave no answer by 14 September 2026" in late.get("/tasks/1/unanswered")[1]


def test_the_story_says_that_no_answer_came(late: Browser) -> None:
    _, page = late.post("/tasks/1/unanswered", reason="Rung on 9 and 11 September.")
    assert "No answer came by its date, and the case went on without one." in page
    assert "Rung on 9 and 11 September." in page


def test_whose_task_it_was_reads_that_no_answer_came(late: Browser) -> None:
    late.post("/tasks/1/unanswered", reason="Rung on 9 and 11 September.")
    _, page = late.sign_in("chair-of-governors").get("/tasks/1")
    assert "No answer came by its date, and the case went on without one." in page


def test_what_was_said_last_time_stands_beside_the_form(app: Flask, seo: Browser) -> None:
    engine = engine_of(app)
    again = DIAGRAM.replace(b'targetRef="e"', b'targetRef="g"').replace(
        b'summary" name="Summary"', b'again" name="Again"'
    )
    again = again.replace(
        b'<endEvent id="e"/>',
        b'<exclusiveGateway id="g" default="f3"/><endEvent id="e"/><sequenceFlow id="f3" sourceRef="g" targetRef="share"/>'
        b'<sequenceFlow id="f4" sourceRef="g" targetRef="e"><conditionExpression>= summary = "Enough"'
        b"</conditionExpression></sequenceFlow>",
    )
    engine.deployments.deploy({"a.bpmn": again}, "barnsley", by="x", strict=False)
    engine.cases.start("again", authority="barnsley", school="100001")
    seo.post("/tasks/2/behalf", **SAID, summary="Shared in September.")
    _, page = seo.sign_in("chair-of-governors").get("/tasks/3")
    assert "What was said on 7 September 2026: Share a summary" in page
    assert page.count("Shared in September.") == 1, "beside the question, not in it"


def test_whoever_decides_reads_beside_it_what_was_said_outside(app: Flask, seo: Browser) -> None:
    decided = DIAGRAM.replace(b'sourceRef="share" targetRef="e"', b'sourceRef="share" targetRef="d"')
    decided = decided.replace(b'summary" name="Summary"', b'decided" name="Decided"').replace(
        b'<endEvent id="e"/>',
        b'<userTask id="d" name="Decide" camunda:formKey="barnsley/summary" camunda:candidateGroups="seo"/>'
        b'<endEvent id="e"/><sequenceFlow id="f3" sourceRef="d" targetRef="e"/>',
    )
    engine = engine_of(app)
    engine.deployments.deploy({"d.bpmn": decided}, "barnsley", by="x", strict=False)
    engine.cases.start("decided", authority="barnsley")
    seo.post("/tasks/2/behalf", **SAID, summary="We do not agree.")
    assert "We do not agree." in seo.get("/tasks/3")[1]


def test_the_questions_about_who_said_it_are_sound() -> None:
    form: Form = load_form(behalf._SAID)
    assert [found for found in form.check() if found.severity == "error"] == []
