"""Who may come to which route: every one, walked as a stranger, as a guest, as somebody of another authority, and without the right role."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from engine import Engine
from tests.webapp.conftest import Browser, engine_of, link_to, visit
from webapp.people.access import PUBLIC, ROUTES, guard

#: What must never reach somebody of another authority.
SECRETS = re.compile(r"Sampleby|Results have fallen|SEO evidence summary|Schools escalation process|@barnsley")
ARGUMENTS = {
    "task_id": "1",
    "instance_id": "1",
    "bar_id": "1",
    "incident_id": "1",
    "definition_id": "1",
    "moved_id": "1",
    "file_id": "1",
    "holding_id": "1",
    "import_id": "1",
    "succession_id": "1",
    "key": "barnsley-escalation",
    "urn": "100001",
    "batch_id": "1",
    "migration_id": "1",
    "message_id": "1",
    "rehearsal_id": "1",
    "drawing_id": "1",
    "plan_id": "1",
    "cover_id": "1",
    "notice_id": "1",
    "list_id": "1",
    "report_id": "1",
    "retries_id": "1",
    "disposal_id": "1",
    "kind": "settings",
    "hold_id": "1",
    "link_id": "1",
    "message": "concern-resolved",
    "account_id": "1",
    "home": "barnsley",
    "token": "x",
    "filename": "build/app.css",
    "source": "BAR-ESC",
    "clause": "BAR-ESC-0.2",
    "story": "test_barnsley_escalation::test_nothing",
    "ending": "csv",
    "entry_id": "9",  # each authority counts its own
}


def addresses(app: Flask) -> list[tuple[str, str, str]]:
    """Every route with its arguments filled in: endpoint, method, address."""
    found = []
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: ARGUMENTS[match[1]], rule.rule)
        found += [(rule.endpoint, method, address) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def state(app: Flask) -> list[object]:
    """What a change would change."""
    engine: Engine = app.extensions["pathways"]
    return [engine.cases.get(1), engine.cases.variables(1), engine.tasks.open(), engine.cases.trace(1)]


def text(answer: TestResponse) -> str:
    """What an answer says; of a zip, what is in it."""
    if answer.mimetype != "application/zip":
        return answer.get_data(as_text=True)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as found:
        return "\n".join(f"{name}\n{found.read(name).decode()}" for name in found.namelist())


def test_every_route_has_a_row(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ROUTES)


def test_a_route_without_a_row_stops_the_start() -> None:
    made = Flask("without a row")
    made.add_url_rule("/new", "new.page", lambda: "")
    with pytest.raises(RuntimeError, match=r"add a row to webapp\.people\.access\.ROUTES for: new\.page"):
        guard(made)


def test_a_stranger_is_sent_to_sign_in_and_changes_nothing(app: Flask, browser: Browser, case: int) -> None:
    before = state(app)
    stranger = app.test_client()
    for endpoint, method, address in addresses(app):
        if ROUTES[endpoint] == PUBLIC:
            continue
        answer = stranger.open(address, method=method, data={"reason": "x", "by": "day"})
        assert answer.status_code in (302, 401), f"{method} {address}: {answer.status_code}"
        assert answer.status_code == 401 or "/sign-in" in answer.headers["Location"]
        assert not SECRETS.search(text(answer))
    assert state(app) == before


def test_another_authority_sees_nothing_and_changes_nothing(app: Flask, browser: Browser, case: int) -> None:
    before = state(app)
    outsider = Browser(app.test_client()).sign_in("seo", "elsewhere").client
    for endpoint, method, address in addresses(app):
        if ROUTES[endpoint] == PUBLIC or endpoint in ("auth.sign_out", "own.everywhere", "sample.clock"):
            continue
        json = {"xml": "<definitions/>", "note": "mine", "file": "x.bpmn"} if address.startswith("/api/") else None
        data = None if json else {"reason": "x"}
        answer = outsider.open(address, method=method, data=data, json=json)
        assert not SECRETS.search(text(answer)), f"{method} {address}"
        if "<" not in address and any(number in address for number in ("/1", "100001", "barnsley")):
            assert answer.status_code == 404, f"{method} {address}: {answer.status_code}"
    assert state(app) == before


def test_a_guest_comes_to_no_route_but_their_task_s_and_changes_nothing(
    app: Flask, browser: Browser, case: int
) -> None:
    other = engine_of(app).cases.start("barnsley-concerns-maintained", school="100002", authority="barnsley", by="x")
    theirs = engine_of(app).tasks.open(other)[0].id
    client = visit(app, link_to(app, theirs, "seo"))
    assert client.get(f"/tasks/{theirs}").status_code == 200
    before = state(app)
    for endpoint, method, elsewhere in addresses(app):
        if ROUTES[endpoint] == PUBLIC or endpoint in ("links.done", "auth.sign_out"):
            continue
        answer = client.open(elsewhere, method=method, data={"reason": "x", "by": "day"})
        expected = 404 if endpoint == "files.remove" else 403  # they remove files of their own, and there is none
        assert answer.status_code == expected, f"{method} {elsewhere}: {answer.status_code}"
        assert not SECRETS.search(text(answer)), f"{method} {elsewhere}"
    assert state(app) == before


@pytest.mark.parametrize(
    ("role", "task"), [("headteacher", 403), ("clerk", 403), ("head-100021", 404), ("diocesan-representative", 404)]
)
def test_a_contact_sees_only_what_is_theirs(browser: Browser, case: int, role: str, task: int) -> None:
    browser.sign_in(role)
    assert browser.get("/tasks")[0] == 200
    assert [browser.get(address)[0] for address in ("/cases", "/cases/1", "/processes", "/start", "/tasks/1")] == [
        403,
        404,
        403,
        403,
        task,
    ]


def test_what_managers_and_process_owners_may_do_is_theirs_alone(browser: Browser, case: int) -> None:
    browser.sign_in("seo")
    assert browser.post("/cases/1/cancel", reason="I want to")[0] == 403
    assert browser.get("/definitions/1/edit")[0] == 403
    assert browser.client.post("/api/deploy", json={"xml": "<x/>", "note": "n"}).status_code == 403
    assert browser.get("/cases/1")[0] == 200


def test_confidential_minutes_are_shown_to_the_roles_that_the_form_names(
    app: Flask, browser: Browser, case: int
) -> None:
    engine: Engine = app.extensions["pathways"]
    for element, values in (
        ("document-evidence", {"evidence_summary": "Weak."}),
        ("consider-evidence", {"head_of_bsa_decision": "escalate", "school_category": "getting to good"}),
        ("set-up-sisg", {}),
        ("hold-sisg", {"sisg_minutes": "TOP-SECRET-MINUTES"}),
    ):
        task = next(t for t in engine.tasks.open(1) if t.element == element)
        engine.tasks.complete(task.id, values, by="seo@barnsley.example.org")
    seen = {
        role: "TOP-SECRET-MINUTES" in browser.sign_in(role).get("/cases/1")[1]
        for role in ("seo", "service-director", "quality-of-education-group", "process-owner", "administrator")
    }
    assert seen == {
        "seo": True,
        "service-director": True,
        "quality-of-education-group": False,
        "process-owner": False,
        "administrator": False,
    }
