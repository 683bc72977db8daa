"""The whole story of a case and of a school, as a page, as a PDF and as an evidence pack."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engine import Engine, queries
from engine.clock import VirtualClock
from engine.store.tenancy import Scope
from tests.engine.running import DAY, Statements
from tests.webapp.conftest import CONCERN, EVIDENCE, Browser, engine_of
from webapp.evidence import checksums

SECRET = "TOP-SECRET-MINUTES"


def pack(browser: Browser, address: str = "/cases/1/pack", **given: Any) -> zipfile.ZipFile:
    """The pack that comes of a form."""
    answer = browser.client.post(address, data={"why": "Ofsted inspection", **given})
    assert answer.status_code == 200, answer.get_data(as_text=True)[:3000]
    assert answer.mimetype == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.get_data()))


def story(made: zipfile.ZipFile) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(made.read("story.json"))
    return told


@pytest.fixture
def minutes(app: Flask, browser: Browser, case: int) -> int:
    """The case, with minutes that a form keeps to certain roles."""
    engine = engine_of(app)
    for element, values in (
        ("document-evidence", EVIDENCE),
        ("consider-evidence", {"head_of_bsa_decision": "escalate", "school_category": "getting to good"}),
        ("set-up-sisg", {}),
        ("hold-sisg", {"sisg_minutes": SECRET}),
    ):
        task = next(t for t in engine.tasks.open(1) if t.element == element)
        engine.tasks.complete(task.id, values, by="seo@barnsley.example.org")
    return case


def test_a_chronology_says_what_was_answered_asked_and_told(browser: Browser, minutes: int) -> None:
    _, page = browser.sign_in("seo").get("/cases/1/chronology")
    assert "SEO evidence summary" in page
    assert "Falling results." in page
    assert "Asked on 7 September 2026." in page
    assert "What the polic" in page, "the clauses that the step carries"


def test_it_says_what_the_case_began_with(browser: Browser, case: int) -> None:
    _, page = browser.sign_in("seo").get("/cases/1/chronology")
    assert "Results have fallen." in page


def test_it_is_narrowed_to_groups_days_and_a_text(browser: Browser, minutes: int) -> None:
    browser.sign_in("seo")
    assert "1 entry" in browser.get("/cases/1/chronology?search=falling+results")[1]
    assert "Waits:" not in browser.get("/cases/1/chronology?group=people")[1]
    assert "0 entries" in browser.get("/cases/1/chronology?until=2026-09-06")[1]
    assert "0 entries" not in browser.get("/cases/1/chronology?since=2026-09-07&until=2026-09-07")[1]


def test_a_day_that_is_no_day_is_said(browser: Browser, case: int) -> None:
    status, page = browser.sign_in("seo").get("/cases/1/chronology?since=soon")
    assert status == 400
    assert "Enter each day as a date, such as 14 September 2026" in page


def test_what_a_form_keeps_to_some_is_not_in_the_story_of_others(browser: Browser, minutes: int) -> None:
    assert SECRET in browser.sign_in("service-director").get("/cases/1/chronology")[1]
    assert SECRET not in browser.sign_in("process-owner").get("/cases/1/chronology")[1]
    assert browser.get("/cases/1/chronology?search=top-secret")[1].count("0 entries") == 1


def test_a_contact_sees_no_chronology_of_what_is_not_theirs(browser: Browser, case: int) -> None:
    browser.sign_in("clerk")
    assert browser.get("/cases/1/chronology")[0] == 404
    assert browser.get("/cases/1/chronology.pdf")[0] == 404
    assert browser.get("/schools/100001/chronology")[0] == 403


def test_a_late_answer_says_by_how_many_days(app: Flask, browser: Browser, minutes: int, clock: VirtualClock) -> None:
    due = [task for task in engine_of(app).tasks.open(1) if task.due]
    assert due, "a task with a date"
    clock.set(due[0].due + 3 * DAY)
    assert "3 days late" in browser.sign_in("seo").get("/cases/1/chronology")[1]


def test_a_pdf_is_tagged_for_everybody(browser: Browser, minutes: int) -> None:
    answer = browser.sign_in("seo").client.get("/cases/1/chronology.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.get_data().startswith(b"%PDF-")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in answer.get_data()


def test_a_pack_verifies_and_lists_what_was_left_out(browser: Browser, minutes: int, tmp_path: Path) -> None:
    answer = browser.sign_in("service-director").client.post("/cases/1/pack", data={"why": "Ofsted inspection"})
    made = zipfile.ZipFile(io.BytesIO(answer.get_data()))
    assert {"story.pdf", "story.json", "README.txt", "SHA256SUMS"} <= set(made.namelist())
    file = tmp_path / "pack.zip"
    file.write_bytes(answer.get_data())
    assert not checksums.verify(file).problems
    told = story(made)
    assert SECRET not in json.dumps(told)
    assert "The form keeps it to roles that the reader, or whoever made this, does not have." in [
        row["why"] for row in told["redactions"]
    ]
    assert b"<svg" in made.read("diagrams/case-1-barnsley-escalation-version-1.svg")


def test_a_pack_for_a_role_holds_what_the_role_may_read(browser: Browser, minutes: int) -> None:
    browser.sign_in("service-director")
    assert SECRET in json.dumps(story(pack(browser, "/cases/1/pack?reader=seo")))
    assert SECRET not in json.dumps(story(pack(browser, "/cases/1/pack?reader=process-owner")))


@pytest.mark.parametrize("role", ["seo", "service-director"])
def test_a_pack_holds_no_more_than_whoever_makes_it_may_read(browser: Browser, minutes: int, role: str) -> None:
    browser.sign_in("process-owner")
    assert SECRET not in browser.get(f"/cases/1/pack?reader={role}")[1]
    assert SECRET not in json.dumps(story(pack(browser, f"/cases/1/pack?reader={role}")))


def test_words_names_and_entries_are_blacked_out_and_each_is_listed(browser: Browser, minutes: int) -> None:
    browser.sign_in("service-director")
    entry = next(each for each in story(pack(browser))["entries"] if each["what"] == "SEO evidence summary")
    _, page = browser.get("/cases/1/pack")
    key = page.split(f'id="black-{entry["number"]}" name="black"')[1].split('value="')[1].split('"')[0]
    told = story(pack(browser, words="results have fallen\n", names="1", black=key, because="Personal data"))
    said = json.dumps(told)
    assert "Results have fallen" not in said
    assert "Falling results." not in said
    assert "Sasha" not in said
    why = {row["why"] for row in told["redactions"] if row["entry"] == entry["number"]}
    assert "Personal data" in why


def test_a_redaction_and_a_pack_need_their_reasons(browser: Browser, minutes: int) -> None:
    browser.sign_in("service-director")
    status, page = browser.post("/cases/1/pack", words="phonics")
    assert status == 400
    assert "Enter what the pack is for" in page
    assert "Enter why it is left out" in page
    assert ">phonics<" in page, "what was typed is not lost"


def test_a_pack_is_listed_with_its_checksum(browser: Browser, app: Flask, case: int) -> None:
    browser.sign_in("service-director")
    answer = browser.client.post("/cases/1/pack", data={"why": "Panel of 3 March"})
    _, page = browser.get("/cases/1/chronology")
    assert "Panel of 3 March" in page
    assert checksums.digest(answer.get_data()) in page


def test_only_managers_make_packs(browser: Browser, case: int) -> None:
    browser.sign_in("seo")
    assert browser.get("/cases/1/pack")[0] == 403
    assert browser.get("/schools/100001/pack")[0] == 403


def test_a_school_s_story_is_that_of_all_its_cases(app: Flask, browser: Browser, case: int) -> None:
    engine: Engine = engine_of(app)
    engine.cases.cancel(1, "Begun by mistake", by="seo@barnsley.example.org")
    browser.sign_in("seo").post("/start/barnsley-escalation/100001", **CONCERN)
    _, page = browser.get("/schools/100001/chronology")
    assert "of 2 cases" in page
    assert "Begun by mistake" in page
    told = story(pack(browser.sign_in("service-director"), "/schools/100001/pack"))
    assert [each["case"] for each in told["cases"]] == [1, 2]


def test_a_longer_story_asks_no_more_of_the_database(app: Flask, browser: Browser, case: int) -> None:
    engine: Engine = engine_of(app)
    browser.sign_in("seo").get("/schools/100001/chronology")
    with Statements(engine) as few:
        browser.get("/schools/100001/chronology")
    for _ in range(4):
        with engine.reading(Scope("barnsley", frozenset(), "x", oversees=True)) as session:
            last = queries.instances(session).items[0].id
        engine.cases.cancel(last, "Again", by="seo@barnsley.example.org")
        browser.post("/start/barnsley-escalation/100001", **CONCERN)
    with Statements(engine) as many:
        _, page = browser.get("/schools/100001/chronology")
    assert "of 5 cases" in page
    assert len(many.sent) == len(few.sent)
