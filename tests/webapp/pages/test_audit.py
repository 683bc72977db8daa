"""The pages of the audit trail: for the information-governance officer alone, and each look is an entry itself."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import insert

from engine import Engine, Scope, queries
from engine.audit import Draft
from engine.audit.entries import About
from engine.queries import AuditFilters
from engine.store.tables import AuditChain, AuditEntry
from tests.engine.running import Statements
from tests.webapp.conftest import Browser, engine_of

ROLE = "information-governance"
SEO = "seo@barnsley.example.org"


@pytest.fixture
def officer(browser: Browser, case: int) -> Browser:
    """The officer, signed in, after a case was started."""
    return browser.sign_in(ROLE)


def rows(page: str) -> list[str]:
    """The entries of a page, what each is called."""
    return re.findall(r'/audit/\d+">([^<]+?)\s*<span', page)


class TestWho:
    @pytest.mark.parametrize("role", ["administrator", "service-director", "process-owner", "seo", "headteacher"])
    def test_nobody_else_may_see_it(self, browser: Browser, role: str) -> None:
        browser.sign_in(role)
        assert [browser.get(each)[0] for each in ("/audit", "/audit/1", "/audit/export.csv")] == [403, 403, 403]

    def test_the_officer_finds_it_in_the_navigation(self, officer: Browser) -> None:
        assert 'href="/audit"' in officer.get("/tasks")[1]

    def test_another_authority_s_entries_are_not_there(self, app: Flask, officer: Browser) -> None:
        engine_of(app).audit.note([Draft("elsewhere", "audit.viewed", About(subject="Elsewhere alone"))], _all())
        assert "Elsewhere alone" not in officer.get("/audit")[1]

    def test_an_entry_of_another_authority_is_not_found(self, app: Flask, officer: Browser) -> None:
        with engine_of(app).reading() as session:
            last = queries.audit_page(session, "barnsley", AuditFilters()).items[0].seq
        for _ in range(last + 5):
            engine_of(app).audit.note([Draft("elsewhere", "audit.viewed")], _all())
        assert officer.get(f"/audit/{last + 5}")[0] == 404

    def test_an_administrator_sees_sign_ins_and_nothing_else(self, browser: Browser, case: int) -> None:
        page = browser.sign_in("administrator").get("/accounts/sign-ins")[1]
        assert ("Sasha Example" in page, "Case started" in page) == (True, False)

    def test_an_administrator_sees_those_of_one_person(self, browser: Browser, case: int) -> None:
        page = browser.sign_in("administrator").get("/accounts/sign-ins?about=Ada")[1]
        assert ("Ada Imaginary" in page, "Sasha Example" in page) == (True, False)


def _all() -> Scope:
    return Scope.all_authorities()


class TestTheList:
    def test_the_newest_is_first(self, officer: Browser) -> None:
        assert rows(officer.get("/audit")[1])[:2] == ["Signed in", "Case started"]

    def test_people_are_named(self, officer: Browser) -> None:
        page = officer.get("/audit?kind=case.started")[1]
        assert ("Sasha Example" in page, SEO in page) == (True, False)

    def test_the_school_and_process_are_named(self, officer: Browser) -> None:
        page = " ".join(officer.get("/audit?kind=case.started")[1].split())
        assert "Case 1 of Schools escalation process, Sampleby" in page

    def test_looking_is_an_entry(self, officer: Browser) -> None:
        officer.get("/audit")
        assert rows(officer.get("/audit")[1])[0] == "Audit trail viewed"

    def test_what_was_looked_for_stands_in_that_entry(self, app: Flask, officer: Browser) -> None:
        officer.get("/audit?who=Sasha")
        with engine_of(app).reading() as session:
            assert queries.audit_page(session, "barnsley", AuditFilters()).items[0].after == {"who": "Sasha"}

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("who=Sasha&kind=Cases", ["Case started"]),
            ("who=Ada&kind=Cases", []),
            ("about=Sasha&kind=sign-in.succeeded", ["Signed in"]),
            ("school=100001&kind=Cases", ["Case started"]),
            ("school=100002&kind=Cases", []),
            ("case=1", ["Case started"]),
            ("case=2", []),
            ("kind=case.started&since=2026-09-07&until=2026-09-07", ["Case started"]),
            ("kind=case.started&since=2026-09-08", []),
            ("kind=case.started&until=2026-09-06", []),
        ],
    )
    def test_it_is_searched(self, officer: Browser, asked: str, found: list[str]) -> None:
        assert rows(officer.get(f"/audit?{asked}")[1]) == found

    @pytest.mark.parametrize("asked", ["case=first", "since=yesterday"])
    def test_what_cannot_be_read_is_said(self, officer: Browser, asked: str) -> None:
        status, page = officer.get(f"/audit?{asked}")
        assert (status, "There is a problem" in page) == (400, True)

    def test_pages_go_on_where_the_last_ended(self, app: Flask, officer: Browser) -> None:
        engine_of(app).audit.note([Draft("barnsley", "view.confidential") for _ in range(120)], _all())
        first = officer.get("/audit?kind=view.confidential")[1]
        older = re.search(r"before=(\d+)", first)
        assert older
        second = officer.get(f"/audit?kind=view.confidential&before={older[1]}")[1]
        assert not set(re.findall(r"/audit/(\d+)", first)) & set(re.findall(r"/audit/(\d+)", second))

    def test_and_back(self, app: Flask, officer: Browser) -> None:
        engine_of(app).audit.note([Draft("barnsley", "view.confidential") for _ in range(120)], _all())
        first = officer.get("/audit?kind=view.confidential")[1]
        older = re.search(r"before=(\d+)", first)
        assert older
        newer = re.search(r"after=(\d+)", officer.get(f"/audit?kind=view.confidential&before={older[1]}")[1])
        assert newer
        back = officer.get(f"/audit?kind=view.confidential&after={newer[1]}")[1]
        assert re.findall(r"/audit/(\d+)", first) == re.findall(r"/audit/(\d+)", back)


class TestOneEntry:
    def test_it_says_what_was_before_and_after(self, app: Flask, officer: Browser) -> None:
        by = Scope("barnsley", frozenset({"service-director"}), "service-director@barnsley.example.org")
        engine_of(app).cases.set_variables(1, {"pace": "slow"}, by=by)
        engine_of(app).cases.set_variables(1, {"pace": "fast"}, by=by, reason="Mistyped.")
        number = re.search(r"/audit/(\d+)", officer.get("/audit?kind=case.corrected")[1])
        assert number
        page = officer.get(f"/audit/{number[1]}")[1]
        assert [each in page for each in ("slow", "fast", "Mistyped.", "Devi Fictional")] == [True] * 4

    def test_to_look_at_one_is_an_entry(self, officer: Browser) -> None:
        officer.get("/audit/1")
        assert rows(officer.get("/audit")[1])[0] == "Audit trail viewed"

    def test_one_that_is_not_there_is_not_found(self, officer: Browser) -> None:
        assert officer.get("/audit/999999")[0] == 404


class TestFiles:
    def test_a_workbook_has_the_entries_that_are_shown(self, officer: Browser) -> None:
        answer = officer.client.get("/audit/export.xlsx?kind=case.started")
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            texts = book.read("xl/sharedStrings.xml").decode()
        assert [each in texts for each in ("Sasha Example", "Case started", "Signed in")] == [True, True, False]

    def test_csv_has_them_too(self, officer: Browser) -> None:
        assert officer.get("/audit/export.csv?kind=case.started")[1].count("Case started") == 1

    def test_an_export_is_an_entry(self, officer: Browser) -> None:
        officer.get("/audit/export.csv?who=Sasha")
        assert rows(officer.get("/audit")[1])[0] == "Audit trail exported"

    def test_no_other_kind_of_file(self, officer: Browser) -> None:
        assert officer.get("/audit/export.doc")[0] == 404


def many(engine: Engine, number: int) -> None:
    """A long trail, which nobody verifies."""
    entry = {"channel": "web", "address": "", "who_kind": "person", "kind": "task.completed", "task_id": None}
    entry |= {"file_id": None, "process": "", "subject": "", "before": "", "after": "", "why": "", "person": ""}
    rows = [
        entry
        | {"authority": "town", "seq": each, "at": engine.clock.now(), "who": f"person-{each % 97}", "hash": f"{each}"}
        | {"school_urn": f"{each % 600}", "instance_id": each % 5_000, "previous": ""}
        for each in range(1, number + 1)
    ]
    with engine.transactions.writing(_all()) as session:
        session.add(AuditChain(authority="town", entries=number, head="", key=b""))
        session.execute(insert(AuditEntry), rows)


class TestALongTrail:
    @pytest.fixture
    def long(self, engine: Engine) -> Iterator[Engine]:
        many(engine, 5_000)
        yield engine

    @pytest.mark.parametrize(
        "filters",
        [
            AuditFilters(),
            AuditFilters(who=("person-3",)),
            AuditFilters(school="17"),
            AuditFilters(case=4_000),
            AuditFilters(kinds=("task.completed",)),
        ],
    )
    def test_a_page_deep_down_is_one_walk_along_an_index(self, long: Engine, filters: AuditFilters) -> None:
        with long.reading(Scope("town")) as session, Statements(long) as counted:
            page = queries.audit_page(session, "town", filters, before=4_500)
        assert (len(page.items) > 0, len(counted.sent) <= 2) == (True, True)
        assert "SCAN audit_entry" not in plan(long, counted.sent[0])


def plan(engine: Engine, sent: str) -> str:
    """How SQLite would carry a statement out; nothing where the database is another."""
    with engine.database._open().connect() as connection:
        if connection.dialect.name != "sqlite":
            return ""
        parameters = tuple("1" for _ in range(sent.count("?")))
        return repr(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sent}", parameters).all())
