"""What a form keeps to certain roles stays out of other people's pages, prefilled answers and data for scripts."""

from __future__ import annotations

import json
from typing import Any

import lxml.html
import pytest
from flask import Flask
from flask_login import current_user, login_user

from engine.feel import Feel
from engine.forms import load_form
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import PROGRESS, Browser, engine_of
from webapp.forms.confidential import unseen_in
from webapp.forms.fields import form_view
from webapp.forms.submission import Asked
from webapp.people import accounts
from webapp.people.guests import Guest


def confidential(key: str, role: str) -> dict[str, Any]:
    """A form with a question whose answer it keeps to a role."""
    question = {"type": "textfield", "key": key, "label": key.capitalize(), "properties": {"confidential": role}}
    return {"type": "default", "id": "ask", "components": [question]}


#: Asks one question in confidence, then one that is shown by what was answered and by what a script set.
ASK = confidential("salary", "service-director")
LOOK = {
    "type": "default",
    "id": "look",
    "components": [
        {"type": "textfield", "key": "reason", "label": "Reason"},
        {
            "type": "textfield",
            "key": "more",
            "label": "More",
            "conditional": {"hide": '=reason = "level of need" or reason = null and (level > 2 or salary = "high")'},
        },
        {
            "type": "textfield",
            "key": "secret",
            "label": "Secret",
            "conditional": {"hide": "=reason = null and pay > 2"},
            "properties": {"confidential": "service-director"},
        },
    ],
}
CASE = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:formKey="barnsley/ask" camunda:candidateGroups="service-director"/>'
    '<userTask id="b" camunda:formKey="barnsley/look" camunda:candidateGroups="clerk,service-director"/>'
    '<endEvent id="e"/>',
    "s>a a>b b>e",
    key="asked",
)


@pytest.fixture
def asked(app: Flask) -> int:
    """The second task of a case with variables of many names."""
    engine = engine_of(app)
    files = {"asked.bpmn": CASE, "ask.form": json.dumps(ASK).encode(), "look.form": json.dumps(LOOK).encode()}
    engine.deployments.deploy(files, "barnsley", by="owner", strict=False)
    variables = {"level": 3, "e": "TOP-SECRET", "eve": "TOP-SECRET", "need": "TOP-SECRET", "pay": 4}
    case = engine.cases.start("asked", authority="barnsley", variables=variables, school="100001")
    engine.tasks.complete(engine.tasks.open(case)[0].id, {"salary": "TOP-SECRET"}, by="story")
    return engine.tasks.open(case)[0].id


def sent(browser: Browser, task: int) -> dict[str, Any]:
    """The variables that the page of a task carries for its script."""
    page = lxml.html.fromstring(browser.get(f"/tasks/{task}")[1])
    found: dict[str, Any] = json.loads(page.xpath("//form[@data-conditions]/@data-conditions")[0])
    return found


def test_a_script_gets_what_conditions_name_by_whole_names(browser: Browser, asked: int) -> None:
    assert sent(browser.sign_in("service-director"), asked) == {"level": 3, "salary": "TOP-SECRET", "pay": 4}


def test_a_script_gets_nothing_that_is_kept_from_the_person(browser: Browser, asked: int) -> None:
    assert "TOP-SECRET" not in browser.sign_in("clerk").get(f"/tasks/{asked}")[1]
    assert sent(browser, asked) == {"level": 3}


def to_the_update(app: Flask) -> int:
    """A case at the SEO's update after a SISG with confidential minutes; the chair of governors' summary waits too."""
    engine = engine_of(app)
    for element, values in (
        ("document-evidence", {"evidence_summary": "Weak."}),
        ("consider-evidence", {"head_of_bsa_decision": "escalate", "school_category": "getting to good"}),
        ("set-up-sisg", {}),
        ("hold-sisg", {"sisg_minutes": "TOP-SECRET-MINUTES"}),
        ("update-on-progress", {"sisg_next": "consider stage 2", "sisg_interval": "1 month", **PROGRESS}),
        ("share-summary", {}),
        ("seo-on-stage-2", {"stage_2_seo": "escalate"}),
        ("hep-on-stage-2", {"stage_2_hep": "escalate"}),
        ("notice-to-improve", {"notice_concerns": "Phonics.", "notice_expectations": "Daily lessons."}),
        ("call-meeting", {"meeting_date": "2026-09-07", "meeting_time": "10am", "meeting_place": "Room 2"}),
        ("external-report", {}),
        ("internal-report", {}),
    ):
        task = next(t for t in engine.tasks.open(1) if t.element == element)
        engine.tasks.complete(task.id, values, by="seo@barnsley.example.org")
    engine.jobs.run_due()  # the day of the meeting has come
    return engine.tasks.open(1)[0].id


def test_minutes_do_not_reach_a_clerk_by_the_page_of_a_task(app: Flask, browser: Browser, case: int) -> None:
    task = to_the_update(app)
    status, page = browser.sign_in("clerk").get(f"/tasks/{task}")
    assert status == 200
    assert "Accountability meeting: record" in page
    assert "TOP-SECRET-MINUTES" not in page
    assert "Weak." not in page, "the page carries nothing of the case that its form does not need"
    assert "TOP-SECRET-MINUTES" not in browser.get("/cases/1")[1]


def test_people_from_outside_read_only_what_their_own_roles_recorded(app: Flask, browser: Browser, case: int) -> None:
    to_the_update(app)
    task = next(t for t in engine_of(app).tasks.open(1) if t.element == "hold-meeting")
    engine_of(app).tasks.complete(
        task.id, {"meeting_agreed_actions": "Phonics training."}, by="clerk@barnsley.example.org"
    )
    _, page = browser.sign_in("clerk").get("/cases/1")
    assert "Phonics training." in page
    began = "/cases/1?before=20"  # the first of its steps
    assert "Weak." not in page + browser.get(began)[1]
    assert "Weak." in browser.sign_in("service-director").get(began)[1]


@pytest.mark.parametrize(("role", "kept"), [("seo", set()), ("clerk", set()), ("headteacher", {"salary"})])
@pytest.mark.parametrize("turn", [1, -1], ids=["first", "last"])
def test_what_two_forms_keep_to_different_roles_is_seen_by_both(
    app: Flask, turn: int, role: str, kept: set[str]
) -> None:
    forms = [json.dumps(confidential("salary", to)).encode() for to in ("seo", "clerk")]
    with app.test_request_context():
        login_user(accounts.find(f"{role}@barnsley.example.org"))
        assert unseen_in(forms[::turn], "100001", None) == kept


def test_what_a_task_asks_in_confidence_is_asked_by_a_link_that_shows_nothing_confidential() -> None:
    told, wanted = confidential("told", "clerk")["components"][0], confidential("wanted", "clerk")["components"][0]
    form = load_form(
        {
            "type": "default",
            "id": "ask",
            "components": [told | {"readonly": True}, wanted | {"validate": {"required": True}}],
        }
    )
    view = form_view(form, {"told": "SECRET", "wanted": "SECRET"}, Feel.shared(), {"clerk"}, unseen={"told", "wanted"})
    assert [(each.id, each.value) for each in view.fields] == [("wanted", "")]


def test_whoever_comes_by_a_link_is_asked_what_their_role_is_asked(app: Flask) -> None:
    form = json.dumps(confidential("salary", "clerk")).encode()
    with app.test_request_context():
        login_user(Guest("", 1, "barnsley", "clerk", "guest@example.org", 1))
        assert not current_user.scope.confidential, "the link shows nothing confidential"
        assert Asked.of(form, {}, "").roles == {"clerk"}
