"""The events of a story as people read them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from flask import Flask
from flask_login import login_user

from engine import Scope, queries
from engine.queries import EventRow
from engine.store.tenancy import set_scope
from tests.engine.running import DAY, NOW
from tests.webapp.conftest import EVIDENCE, Browser, engine_of
from webapp.db import db
from webapp.evidence import readers
from webapp.evidence.entries import Entry, entries, named
from webapp.people import accounts

SEO = Scope("barnsley", frozenset({"seo"}), "seo@barnsley.example.org")


def sign_in() -> None:
    """What a request of the SEO begins with."""
    login_user(accounts.find(SEO.username))
    set_scope(db.session(), SEO)


def told(app: Flask, reader: Callable[[], readers.Reader]) -> list[Entry]:
    engine = engine_of(app)
    with app.test_request_context(), engine.reading(SEO) as session:
        sign_in()
        cases = queries.case_rows(session, [1])
        return entries(session, cases, named(queries.chronology(session, cases)), reader(), NOW)


def outsider() -> readers.Reader:
    return replace(readers.outside(), officer=False)


def test_they_are_numbered_in_the_order_of_time(app: Flask, browser: Browser, case: int) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    found = told(app, readers.outside)
    assert [entry.number for entry in found] == list(range(1, len(found) + 1))
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)


def test_whoever_may_not_read_a_task_s_record_reads_none_of_it(app: Flask, browser: Browser, case: int) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    summary = next(entry for entry in told(app, outsider) if entry.what == "SEO evidence summary")
    assert summary.hidden
    assert summary.answers == ()


def test_what_a_case_began_with_is_for_officers(app: Flask, browser: Browser, case: int) -> None:
    began = {name: told(app, reader)[0] for name, reader in (("in", readers.outside), ("out", outsider))}
    assert "Results have fallen." in [answer.text for answer in began["in"].answers]
    assert began["out"].hidden


def test_a_gateway_without_a_name_is_left_out() -> None:
    way = EventRow("h1.2", "passed", NOW, 1, element="g1", name="g1")
    assert named([way, replace(way, name="What follows?")]) == [replace(way, name="What follows?")]


def test_days_late_are_counted_from_the_day_that_it_was_due(app: Flask, browser: Browser, case: int) -> None:
    waits = EventRow("t1", "waits", NOW - 5 * DAY, 1, name="Meet", due=NOW - 2 * DAY)
    done = EventRow("h1.9", "answered", NOW, 1, name="Meet", due=NOW)
    with app.test_request_context(), engine_of(app).reading(SEO) as session:
        sign_in()
        found = entries(session, queries.case_rows(session, [1]), [waits, done], readers.outside(), NOW)
    assert [entry.late for entry in found] == [2, 0]


def corrected(browser: Browser) -> None:
    browser.post("/tasks/1", **EVIDENCE)
    browser.post("/tasks/1/correction", text="The results are of 2025.", reason="The school rang.")


def named_so(found: list[Entry], what: str) -> Entry:
    return next(entry for entry in found if entry.what == what)


def test_a_note_of_correction_is_a_line_with_what_and_why(app: Flask, browser: Browser, case: int) -> None:
    corrected(browser)
    line = named_so(told(app, readers.myself), "Corrected: SEO evidence summary")
    assert line.lines == ("The results are of 2025.", "Why: The school rang.")


def test_whoever_may_not_read_the_answer_reads_no_note_on_it(app: Flask, browser: Browser, case: int) -> None:
    corrected(browser)
    assert named_so(told(app, outsider), "Corrected: SEO evidence summary").lines == ()


def attach(browser: Browser, **given: str) -> None:
    file = {"files": (io.BytesIO(b"Minutes of October"), "minutes.txt"), "belongs": "none", **given}
    browser.client.post("/tasks/1/files", data=file, content_type="multipart/form-data")


def test_a_file_is_a_line_with_its_checksum(app: Flask, browser: Browser, case: int) -> None:
    attach(browser)
    line = named_so(told(app, readers.outside), "A file was added")
    assert line.lines == ("minutes.txt", f"SHA-256: {sha256(b'Minutes of October').hexdigest()}")


def test_a_file_that_is_kept_to_others_is_not_named(app: Flask, browser: Browser, case: int) -> None:
    attach(browser, roles="clerk")
    assert named_so(told(app, readers.outside), "A file was added").lines == ()


def test_a_file_that_was_removed_says_why(app: Flask, browser: Browser, case: int) -> None:
    attach(browser)
    browser.post("/files/1/remove", reason="It is of another school.")
    assert "Why: It is of another school." in named_so(told(app, readers.outside), "A file was removed").lines
