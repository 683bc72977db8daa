"""Officers who have no part in a case meet nothing of it: person by person, at every route, with every id of the case.

A route that takes the id of something of a case is found by the name of its argument; one with a name that is not known here
fails in ``addresses``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine.clock import VirtualClock
from engine.store.tables import (
    Attachment,
    Incident,
    Message,
    MovedDate,
    Notification,
    Report,
    SchoolCategory,
    TaskLink,
)
from tests.conftest import START
from tests.webapp.conftest import CONCERN, Browser, _settings, engine_of
from tests.webapp.people.test_access import addresses, state
from webapp import create_app
from webapp.people import accounts
from webapp.people.access import MANAGE, MOVE, PUBLIC, ROUTES

#: What nobody finds who may not see case 1: what was said in it, and ways to it.
SECRETS = re.compile(r"Results have fallen|the SECRET|/(cases|tasks|files|incidents|messages|links)/1\b")
#: The arguments that are ids of a case, or of something in one.
OF_CASES = {
    "instance_id",
    "task_id",
    "incident_id",
    "moved_id",
    "file_id",
    "link_id",
    "message_id",
    "notice_id",
    "bar_id",
    "report_id",
}
#: Those of Barnsley who have no part in an escalation.
OUTSIDERS = (
    "administrator",
    "lead-member",
    "challenge-board",
    "quality-of-education-group",
    "service-manager-primary",
    "service-manager-secondary",
)


@pytest.fixture(scope="module")
def full(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with case 1, an escalation of the SEO's, which has one of everything that a case may have."""
    folder = tmp_path_factory.mktemp("full")
    for file in seeded.glob("seeded.db*"):
        shutil.copy(file, folder / file.name)
    app = create_app(_settings(seeded, f"sqlite:///{folder / 'seeded.db'}", VirtualClock(START)))
    browser = Browser(app.test_client()).sign_in("seo")
    assert browser.post("/start/barnsley-escalation/100001", **CONCERN)[0] == 200
    fill(app)
    yield app


#: An approved report that tells of case 1, and which a role of none of the outsiders reads.
REPORT: dict[str, Any] = {
    "authority": "barnsley",
    "template": "barnsley/termly",
    "title": "the SECRET report",
    "since": START.date(),
    "until": START.date(),
    "text": "the SECRET",
    "figures": [{"name": "the SECRET", "value": "1", "cases": [{"id": 1, "about": "the SECRET"}]}],
    "writers": ["seo", "system-leader"],
    "readers": ["head-of-bsa"],
    "number": 1,
    "made": START,
    "made_by": "x",
    "saved": START,
    "saved_by": "x",
    "approved": START,
    "approved_by": "x",
    "sha256": "x",
}


def fill(app: Flask) -> None:
    """One row of each table that a page shows of a case, beside what its beginning brought."""
    now, engine = START, engine_of(app)
    case: dict[str, Any] = {"authority": "barnsley", "instance_id": 1}
    with engine.transactions.writing(accounts.ANYBODY) as session:
        definition = engine.cases.get(1).definition_id
        empty = {
            "job_id": None,
            "element": "document-evidence",
            "detail": "the SECRET",
            "answer": None,
            "resolved": None,
        }
        step = {"element": "document-evidence", "definition_id": definition}
        wrong = {"kind": "step", "token": "", "message": "the SECRET", "created": now, "resolved_by": None}
        lost = {"kind": "message", "name": "x", "keys": {}, "payload": {"said": "the SECRET"}, "target_id": None}
        lost |= {"status": "undelivered", "sent": now, "delivered": None, "keep_until": None, "notes": None}
        kept = {"name": "the SECRET.pdf", "media_type": "application/pdf", "size": 1, "sha256": "x", "key": "x"}
        link = {"role": "chair-of-governors", "email": "the SECRET@example.org", "reason": "x", "made_by": "x"}
        told = {"kind": "", "occasion": "x", "element": "x", "text": "the SECRET", "created": now}
        moved = {"before": now, "after": now + timedelta(days=1), "noticed": now}
        rows = [
            Incident(**case, **empty, **wrong),
            Message(authority="barnsley", source_id=1, trouble="nobody", **lost, **step),
            MovedDate(**case, **step, **moved, confirmed=None, confirmed_by=None),
            Attachment(**case, **kept, task_id=1, roles=[], by="x", at=now, removed=None),
            TaskLink(**case, **link, task_id=1, made=now, tries=0),
            Notification(**case, **told, role="seo", username="", task_id=None, subject="x", school_urn="100001"),
            SchoolCategory(**case, urn="100001", category="high", reason="the SECRET", since=now),
        ]
        session.add_all([*rows, Report(**REPORT)])


#: The routes that take such an id: each is walked by each outsider. A new one without a row here fails.
CASE_ROUTES = (
    "attention.later",
    "attention.priority",
    "behalf.form",
    "behalf.record",
    "behalf.silence",
    "behalf.unanswered",
    "calendar.confirm",
    "cases.cancel",
    "cases.case",
    "cases.dismiss",
    "cases.retry",
    "chronology.case_hand_over",
    "chronology.case_printed",
    "chronology.case_story",
    "comments.of_case",
    "comments.of_task",
    "conflicts.index",
    "conflicts.lift",
    "corrections.add",
    "corrections.answers",
    "corrections.form",
    "corrections.replace",
    "events.report_in_case",
    "files.download",
    "files.of_case",
    "files.of_task",
    "files.preview",
    "files.remove",
    "hands.hand_over",
    "incidents.correct",
    "incidents.incident",
    "interventions.redate",
    "interventions.resume",
    "interventions.suspend",
    "links.end",
    "links.form",
    "links.make",
    "messages.message",
    "migrations.undo_case",
    "moving.index",
    "moving.move",
    "notices.meeting",
    "notices.notice",
    "reports.anew",
    "reports.approval",
    "reports.approve",
    "reports.file",
    "reports.make_of_task",
    "reports.of_task",
    "reports.report",
    "reports.write",
    "retries.choose",
    "sending.index",
    "sending.send",
    "tasks.changed_hands",
    "tasks.claim",
    "tasks.complete",
    "tasks.release",
    "tasks.remind",
    "tasks.task",
)
#: Left out of the walk: what signs the walker out, and what moves the sample's clock.
LEFT = ("auth.sign_out", "own.everywhere", "sample.clock")


@pytest.fixture(scope="module")
def clients(full: Flask) -> dict[str, Browser]:
    """A browser of each outsider, signed in."""
    return {each: Browser(full.test_client()).sign_in(each) for each in OUTSIDERS}


def test_each_route_that_takes_an_id_of_a_case_is_walked(full: Flask) -> None:
    found = {rule.endpoint for rule in full.url_map.iter_rules() if rule.arguments & OF_CASES}
    assert found == set(CASE_ROUTES)


def test_whoever_has_a_part_in_the_case_meets_it(full: Flask) -> None:
    pages = [Browser(full.test_client()).sign_in(each).get("/cases/1") for each in ("seo", "head-of-bsa")]
    assert [(status, "SEO evidence summary" in page) for status, page in pages] == [(200, True), (200, True)]


@pytest.mark.parametrize("person", OUTSIDERS)
@pytest.mark.parametrize("endpoint", CASE_ROUTES)
def test_an_outsider_meets_not_found(full: Flask, clients: dict[str, Browser], endpoint: str, person: str) -> None:
    for name, method, address in addresses(full):
        if name == endpoint:
            answer = clients[person].client.open(address, method=method, data={"reason": "x", "by": "day"})
            assert answer.status_code in (403, 404), f"{method} {address}: {answer.status_code}"
            assert not SECRETS.search(answer.get_data(as_text=True)), f"{method} {address}"


@pytest.mark.parametrize("person", OUTSIDERS)
def test_no_other_page_list_count_or_file_tells_of_it(full: Flask, clients: dict[str, Browser], person: str) -> None:
    for endpoint, method, address in addresses(full):
        if method == "GET" and endpoint not in (*CASE_ROUTES, *LEFT) and ROUTES[endpoint] != PUBLIC:
            text = clients[person].client.get(address).get_data().decode(errors="replace")
            assert not SECRETS.search(text), f"{person}: {address}"


def test_what_outsiders_tried_changed_nothing(full: Flask, clients: dict[str, Browser]) -> None:
    before = state(full)
    for person in OUTSIDERS:
        for endpoint, method, address in addresses(full):
            if method == "POST" and endpoint in CASE_ROUTES:
                clients[person].client.post(address, data={"reason": "x", "by": "day"})
    assert state(full) == before


@pytest.mark.parametrize(
    "address", ["/cases?search=100001", "/cases?search=1", "/cases?status=", "/cases/export.csv", "/tasks/waiting"]
)
@pytest.mark.parametrize("person", OUTSIDERS)
def test_no_search_finds_it(full: Flask, clients: dict[str, Browser], person: str, address: str) -> None:
    assert full.url_map.bind("localhost").match(address.partition("?")[0]), "an address that is there"
    assert not SECRETS.search(clients[person].get(address)[1])


def test_what_is_reported_to_an_elected_member_is_all_that_they_see(full: Flask, clients: dict[str, Browser]) -> None:
    engine = engine_of(full)
    told = {"kind": "", "occasion": "y", "element": "x", "text": "An academy order was made.", "created": START}
    with engine.transactions.writing(accounts.ANYBODY) as session:
        row = Notification(
            authority="barnsley",
            instance_id=1,
            role="lead-member",
            username="",
            task_id=None,
            subject="Reported to you",
            school_urn="100001",
            **told,
        )
        session.add(row)
        session.flush()
        number = row.id
    status, page = clients["lead-member"].get(f"/notices/{number}")
    assert (status, "An academy order was made." in page, "Go to case" in page) == (200, True, False)
    assert "Reported to you" in clients["lead-member"].get("/notices?show=all")[1]


def test_the_page_of_a_process_says_who_may_see_a_case(full: Flask) -> None:
    _, page = Browser(full.test_client()).sign_in("seo").get("/processes/barnsley-escalation")
    part = page[page.index("Who may see a case") : page.index("Versions</h2>")]
    assert [each in part for each in ("System leader", "Service Director", "link adviser", "Lead elected member")] == [
        True,
        True,
        True,
        False,
    ]


#: Two who manage cases, and an officer who has a part in the case: all barred from it, for a conflict of interest.
BARRED = ("head-of-education-partnerships", "process-owner", "system-leader")


@pytest.fixture(scope="module")
def barred(full: Flask) -> dict[str, Browser]:
    """A browser of each who is barred from case 1, signed in."""
    manager = Browser(full.test_client()).sign_in("service-director")
    for each in BARRED:
        whom = f"{each}@barnsley.example.org"
        status, page = manager.post("/cases/1/conflicts", whom=whom, reason="They are related to the headteacher.")
        assert (status, "is barred from case 1" in page) == (200, True)
    return {each: Browser(full.test_client()).sign_in(each) for each in BARRED}


@pytest.mark.parametrize("person", BARRED)
@pytest.mark.parametrize("endpoint", CASE_ROUTES)
def test_whoever_is_barred_meets_a_plain_not_found(
    full: Flask, barred: dict[str, Browser], endpoint: str, person: str
) -> None:
    needed = ROUTES[endpoint] in (MANAGE, MOVE) and person == "system-leader"
    for name, method, address in addresses(full):
        if name == endpoint:
            answer = barred[person].client.open(address, method=method, data={"reason": "x", "by": "day"})
            assert answer.status_code == (403 if needed else 404), f"{method} {address}: {answer.status_code}"
            assert not SECRETS.search(answer.get_data(as_text=True)), f"{method} {address}"


@pytest.mark.parametrize("person", BARRED)
def test_no_other_page_tells_them_of_it(full: Flask, barred: dict[str, Browser], person: str) -> None:
    for endpoint, method, address in addresses(full):
        if method == "GET" and endpoint not in (*CASE_ROUTES, *LEFT) and ROUTES[endpoint] != PUBLIC:
            text = barred[person].client.get(address).get_data().decode(errors="replace")
            assert not SECRETS.search(text), f"{person}: {address}"


@pytest.mark.parametrize(
    "address", ["/cases?search=100001", "/cases?search=1", "/cases/export.csv", "/tasks/waiting", "/overview"]
)
@pytest.mark.parametrize("person", BARRED)
def test_no_search_finds_it_for_them(full: Flask, barred: dict[str, Browser], person: str, address: str) -> None:
    assert full.url_map.bind("localhost").match(address.partition("?")[0]), "an address that is there"
    assert not SECRETS.search(barred[person].get(address)[1])
