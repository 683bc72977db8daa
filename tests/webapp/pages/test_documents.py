"""Forms and decision tables, changed in the browser: a draft, a check, a preview, a deployment."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from flask import Flask

from engine import queries
from tests.webapp.conftest import Browser, ask_for_approval, engine_of

FORM, TABLE = "barnsley/evidence-summary", "barnsley-risk"


def source(page: str) -> str:
    found = re.search(r'data-source="([^"]*)"', page)
    assert found, page[:3000]
    return html.unescape(found[1])


def sent(browser: Browser, what: str, xml: str, kind: str = "form", key: str = FORM, **more: Any) -> Any:
    return browser.client.post(f"/api/documents{what}", json={"xml": xml, "kind": kind, "key": key, **more})


@pytest.fixture
def owner(browser: Browser) -> Browser:
    return browser.sign_in("process-owner")


@pytest.fixture
def form(owner: Browser) -> str:
    """The newest version of a form, as its editor has it."""
    return source(owner.get(f"/documents/form/{FORM}")[1])


@pytest.fixture
def table(app: Flask) -> tuple[str, str]:
    """The key of the first file of tables, and its content."""
    with engine_of(app).reading() as session:
        row = next(each for each in queries.documents(session) if each.kind == "table")
    return row.key, row.content.decode()


def version(app: Flask, key: str = FORM, kind: str = "form") -> int:
    with engine_of(app).reading() as session:
        return queries.document(session, kind, key).version


def test_all_are_listed_with_what_uses_them(owner: Browser) -> None:
    _, page = owner.get("/documents")
    assert FORM in page
    assert "Schools escalation process" in page


def test_a_changed_form_is_deployed_and_new_cases_meet_it(app: Flask, owner: Browser, form: str) -> None:
    changed = form.replace("Which areas does the concern affect?", "Which areas are affected?")
    answer = sent(owner, "/deploy", changed, note="Shorter", version=1)
    assert answer.get_json() == {"address": "/documents"}
    _, page = owner.get("/documents")
    assert "New cases of “Schools escalation process”" in page
    assert version(app) == 2
    assert "Which areas are affected?" in source(owner.get(f"/documents/form/{FORM}")[1])


def test_a_form_that_is_wrong_is_refused_with_what_to_mend(app: Flask, owner: Browser, form: str) -> None:
    wrong = form.replace('"type": "checklist"', '"type": "iframe"')
    answer = sent(owner, "/deploy", wrong, note="x", version=1)
    assert answer.status_code == 422
    assert answer.get_json()["findings"]
    assert any(each["severity"] == "error" for each in sent(owner, "/check", wrong).get_json()["findings"])
    assert version(app) == 1


def test_a_question_that_a_diagram_reads_is_missed(owner: Browser) -> None:
    form = json.loads(source(owner.get("/documents/form/barnsley/consider-evidence")[1]))
    form["components"] = [each for each in form["components"] if each.get("key") != "head_of_bsa_decision"]
    answer = sent(owner, "/check", json.dumps(form), key="barnsley/consider-evidence")
    assert any("head_of_bsa_decision" in each["message"] for each in answer.get_json()["findings"])


def test_two_owners_do_not_take_each_other_s_changes_back(app: Flask, owner: Browser, form: str) -> None:
    sent(owner, "/deploy", form.replace("Which areas", "What areas"), note="One", version=1)
    second = form.replace("Which areas", "Whose areas")
    answer = sent(owner, "/deploy", second, note="Two", version=1)
    assert answer.status_code == 409
    assert answer.get_json()["version"] == 2
    assert version(app) == 2
    assert sent(owner, "/deploy", second, note="Two", version=2).status_code == 200


def test_the_same_again_is_not_deployed(owner: Browser, form: str) -> None:
    assert "Nothing was deployed" in sent(owner, "/deploy", form, note="x", version=1).get_json()["message"]


def test_officers_rendering_is_the_preview(owner: Browser, form: str) -> None:
    page = sent(owner, "/preview", form).get_data(as_text=True)
    assert "govuk-checkboxes" in page
    assert "Which areas does the concern affect?" in page
    answer = sent(owner, "/preview", '{"components": [{"type": "nothing"}]}')
    assert answer.status_code == 422
    assert "govuk-inset-text" in answer.get_data(as_text=True)


def test_a_draft_is_kept_compared_and_ended_by_its_deployment(app: Flask, owner: Browser, form: str) -> None:
    changed = form.replace("Which areas does the concern affect?", "Which areas are affected?")
    made = sent(owner, "", changed).get_json()
    saved = owner.client.post(f"/api/drafts/{made['id']}", json={"xml": changed + " ", "number": made["number"]})
    assert saved.status_code == 200
    assert owner.client.get(f"/documents/form/{FORM}").headers["Location"] == f"/drafts/{made['id']}/edit"
    assert "Which areas are affected?" in source(owner.get(f"/drafts/{made['id']}/edit")[1])
    _, page = owner.get(f"/drafts/{made['id']}")
    assert "Which areas are affected?" in page
    assert "drawn on version 1" in page
    sent(owner, "/deploy", changed, note="Shorter", version=1, draft=made["id"])
    assert "Deployed as version 2" in owner.get(f"/drafts/{made['id']}")[1]


def test_a_table_is_changed_rule_by_rule(app: Flask, owner: Browser, table: tuple[str, str]) -> None:
    key, xml = table
    assert source(owner.get(f"/documents/table/{key}")[1]).strip().startswith("<?xml")
    changed = xml.replace("<decisionTable ", "<!-- ours --><decisionTable ", 1)
    answer = sent(owner, "/deploy", changed, "table", key, note="A note", version=1)
    assert answer.status_code == 200, answer.get_json()
    assert version(app, key, "table") == 2


def test_what_is_no_table_is_refused(owner: Browser, table: tuple[str, str]) -> None:
    answer = sent(owner, "/deploy", "hello", "table", table[0], note="x", version=1)
    assert answer.status_code == 422
    assert answer.get_json()["message"]


@pytest.mark.parametrize("kind", ["form", "table"])
def test_a_new_one_begins_with_its_name(owner: Browser, kind: str) -> None:
    _, page = owner.post("/documents/new", name="Who is <told>", kind=kind)
    key = "barnsley/who-is-told" if kind == "form" else "who-is-told"
    assert f'data-key="{key}"' in page
    assert "Who is" in owner.get("/documents")[1]
    content = source(page)
    if kind == "form":
        question = {"type": "textfield", "id": "F", "key": "told", "label": "Who is told?"}
        content = json.dumps({**json.loads(content), "components": [question]})
        assert sent(owner, "/deploy", content, key=key, note="New", version=0).status_code == 200
        assert key in owner.get("/documents")[1]


def test_a_name_is_needed_and_taken_once(owner: Browser) -> None:
    assert "Enter a name that begins with a letter." in owner.post("/documents/new", name="!", kind="form")[1]
    assert "There is one by the name" in owner.post("/documents/new", name="Evidence summary", kind="form")[1]
    owner.post("/documents/new", name="Who is told", kind="form")
    assert "is begun already" in owner.post("/documents/new", name="Who is told", kind="form")[1]


def test_a_form_waits_for_approval_too_and_its_differences_are_shown(app: Flask, owner: Browser, form: str) -> None:
    ask_for_approval(app)
    changed = form.replace("Which areas does the concern affect?", "Which areas are affected?")
    place = sent(owner, "/deploy", changed, note="Shorter", version=1).get_json()["address"]
    _, page = owner.sign_in("service-director").get(place)
    assert "Which areas are affected?" in page
    owner.post(f"{place}/approve")
    assert version(app) == 2


def test_what_is_planned_takes_no_newer_version_back(app: Flask, owner: Browser, form: str) -> None:
    ask_for_approval(app)
    first = sent(owner, "/deploy", form.replace("Which", "What"), note="One", version=1).get_json()["address"]
    second = sent(owner, "/deploy", form.replace("Which", "Whose"), note="Two", version=1).get_json()["address"]
    owner.sign_in("service-director").post(f"{first}/approve")
    _, page = owner.post(f"{second}/approve")
    assert "was deployed after yours was begun" in page
    assert version(app) == 2


def test_only_owners_come_here(browser: Browser) -> None:
    browser.sign_in("seo")
    assert browser.get("/documents")[0] == 403
    assert sent(browser, "/deploy", "{}", note="x").status_code == 403


@pytest.mark.parametrize(
    "body", [{"xml": 5}, {"xml": "{}", "kind": "form", "key": "../x"}, {"xml": "{}", "kind": "y", "key": "x"}]
)
def test_what_no_editor_sends_is_refused(owner: Browser, body: dict[str, Any]) -> None:
    assert owner.client.post("/api/documents/check", json=body).status_code == 400


def test_what_is_not_there_is_not_found(owner: Browser) -> None:
    assert owner.get("/documents/form/barnsley/nothing")[0] == 404
    assert owner.get("/documents/table/nothing")[0] == 404


def test_forms_and_tables_are_listed_by_what_people_call_them_with_the_steps_that_ask_them(owner: Browser) -> None:
    _, page = owner.get("/documents")
    assert ">SEO evidence summary</a>" in page
    assert "Stage 1" in page
    assert "In diagrams: barnsley/evidence-summary" in page


def test_a_new_table_can_be_deployed_as_it_comes(owner: Browser) -> None:
    _, page = owner.post("/documents/new", name="Level of support", kind="table")
    source = html.unescape(re.search(r'data-source="([^"]*)"', page)[1])  # type: ignore[index]
    given = {"xml": source, "kind": "table", "key": "level-of-support", "note": "A beginning", "version": 0}
    found = owner.client.post("/api/documents/check", json=given).get_json()["findings"]
    assert [each["message"] for each in found if each["severity"] == "error"] == []
    assert owner.client.post("/api/documents/deploy", json=given).get_json()["address"] == "/documents"
