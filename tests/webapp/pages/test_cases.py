"""Cases: the list, and one live."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from lxml import html

from engine.errors import AnswerKept
from tests.engine.running import Statements
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import EVIDENCE, Browser, engine_of

NOTE_FORM = {
    "type": "default",
    "id": "note",
    "components": [{"type": "textfield", "key": "note", "label": "What did you see?"}],
}
#: A visit that is repeated until somebody sets ``enough``.
VISITS = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Visit" camunda:formKey="barnsley/note" camunda:candidateGroups="seo"/>'
    '<exclusiveGateway id="g" default="f_g_a"/><endEvent id="e"/>',
    "s>a a>g g>e[enough = true] g>a",
    key="visits",
)


def visited(app: Flask, times: int) -> int:
    """A case in which so many visits were recorded."""
    engine = engine_of(app)
    case = engine.cases.start("visits", authority="barnsley")
    for number in range(times):
        task = engine.tasks.open(case)[0].id
        engine.tasks.complete(task, {"note": f"Seen {number}."}, by="seo@barnsley.example.org")
    return case


def test_a_case_is_cancelled_only_with_a_reason(app: Flask, browser: Browser, case: int) -> None:
    browser.sign_in("service-director")
    status, page = browser.post("/cases/1/cancel", reason="x" * 2001)
    assert status == 400
    shown = html.fromstring(page)
    assert shown.xpath("//details[@open]//input[@id='reason']/@value") == ["x" * 2001], "what was entered stands there"
    assert "Why the case is cancelled must be 2,000 characters or less" in page
    _, page = browser.post("/cases/1/cancel", reason=" ")
    assert "Enter why the case is cancelled" in page
    assert shown.xpath("//div[@class='govuk-error-summary']//a/@href") == ["#reason"]
    assert engine_of(app).cases.get(1).status == "active"
    _, page = browser.post("/cases/1/cancel", reason="Opened by mistake", confirmed="1")
    assert "Opened by mistake" in page
    assert engine_of(app).cases.get(1).status == "cancelled"


def test_it_is_said_what_will_happen_before_a_case_is_cancelled(app: Flask, browser: Browser, case: int) -> None:
    waits = engine_of(app).tasks.open(1)[0].name
    _, page = browser.sign_in("service-director").post("/cases/1/cancel", reason="Opened by mistake")
    assert f"“{waits}” is withdrawn" in page
    assert engine_of(app).cases.get(1).status == "active"
    _, page = browser.post("/cases/1/cancel", reason="Opened by mistake", again="1")
    assert html.fromstring(page).xpath("//details[@open]//input[@id='reason']/@value") == ["Opened by mistake"]


def test_the_list_is_narrowed_by_school_process_and_status(browser: Browser, case: int) -> None:
    assert "Case 1" in browser.get("/cases")[1]
    assert "Case 1" in browser.get("/cases?school=100001&process=barnsley-escalation&status=active")[1]
    for narrowed in ("school=100002", "process=nothing", "status=completed", "troubled=1"):
        assert "No case fits." in browser.get(f"/cases?{narrowed}")[1], narrowed


def test_a_case_says_where_it_stands_and_what_has_happened(browser: Browser, case: int) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    _, page = browser.get("/cases/1")
    assert "Head of BSA decision" in page
    assert "Falling results." in page
    assert "data-active='[&#34;consider-evidence&#34;]'" in page or "data-active='[\"consider-evidence\"]'" in page


def test_an_incident_is_shown_and_tried_again_by_a_manager(app: Flask, browser: Browser, case: int) -> None:
    engine = engine_of(app)
    engine.tasks.complete(1, {"evidence_summary": "x"}, by="seo@barnsley.example.org")
    task = engine.tasks.open(1)[0]
    values = {"head_of_bsa_decision": 5, "school_category": "other"}
    with pytest.raises(AnswerKept):
        engine.tasks.complete(task.id, values, by="head-of-bsa@barnsley.example.org")
    _, page = browser.sign_in("service-director").get("/cases/1")
    assert "gives null, not true or false" in page
    assert "Try again" in page
    assert "It failed again, and the answer is still kept. What went wrong:" in browser.post("/incidents/1/retry")[1]
    assert "Try again" in browser.get("/cases/1")[1]
    better = {**values, "head_of_bsa_decision": "no further action"}
    engine.tasks.complete(task.id, better, by="head-of-bsa@barnsley.example.org")
    _, page = browser.get("/cases/1")
    assert "Try again" not in page
    assert "Resolved on 7 September 2026" in page, "what went wrong is over, and stays in the story"
    assert browser.post("/incidents/999/retry")[0] == 404


def test_a_case_of_many_tasks_asks_no_more_than_one_of_few(app: Flask, browser: Browser) -> None:
    files = {"visits.bpmn": VISITS, "note.form": json.dumps(NOTE_FORM).encode()}
    engine_of(app).deployments.deploy(files, "barnsley", by="owner", strict=False)
    few, many = visited(app, 5), visited(app, 25)
    browser.sign_in("seo").get(f"/cases/{few}")  # what definitions say is read once and kept
    asked = {}
    for case in (few, many):
        with Statements(engine_of(app)) as statements:
            _, page = browser.get(f"/cases/{case}")
        asked[case] = page.count("Seen "), len(statements.sent)
    assert [answers for answers, _ in asked.values()] == [5, 25]
    assert asked[few][1] == asked[many][1]


def test_a_task_that_was_asked_of_nobody_is_said_to_be_skipped(app: Flask, browser: Browser) -> None:
    nobody = '<multiInstanceLoopCharacteristics camunda:collection="= []"/>'
    body = (
        f'<startEvent id="s"/><userTask id="a" name="Ask each">{nobody}</userTask><userTask id="b"/><endEvent id="e"/>'
    )
    engine = engine_of(app)
    engine.deployments.deploy({"p.bpmn": bpmn(body, "s>a a>b b>e")}, "barnsley", by="owner", strict=False)
    case = engine.cases.start("p", authority="barnsley")
    browser.sign_in("service-director")
    assert "Ask each (skipped: there was nothing to do)" in browser.get(f"/cases/{case}")[1]


def academised(app: Flask) -> None:
    heading = b"urn,name,phase,type\n"
    engine_of(app).schools.import_file(heading + b"100001,Sampleby Academy,primary,academy\n", "barnsley")


def test_a_case_says_in_its_story_what_the_register_changed(app: Flask, browser: Browser, case: int) -> None:
    academised(app)
    assert "Type from community to academy" in browser.get("/cases/1")[1]


def test_a_live_case_says_it_at_once(app: Flask, browser: Browser, case: int) -> None:
    academised(app)
    assert "The register of schools changed on" in browser.get("/cases/1")[1]


def test_a_case_of_another_school_says_nothing(app: Flask, browser: Browser, case: int) -> None:
    engine_of(app).schools.import_file(b"urn,name,phase,type\n100002,Other,primary,academy\n", "barnsley")
    assert "The register" not in browser.get("/cases/1")[1]
