"""A page asks the database for the names that it shows: its rows do not grow with the people of an authority."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, update

from engine.store.tables import Holding, Person, ProcessInstance
from tests.webapp.conftest import EVIDENCE, Browser, engine_of
from webapp.db import db
from webapp.people import accounts
from webapp.people.accounts import ANYBODY, Account, Granted

#: What shows people's names, as an officer, a manager, an owner of processes, and who looks after information governance see it.
PAGES = [
    ("seo", "/tasks"),
    ("seo", "/tasks?show=all&order=school"),
    ("seo", "/tasks/waiting"),
    ("seo", "/tasks/since"),
    ("seo", "/tasks/done"),
    ("seo", "/tasks/1"),
    ("seo", "/cases/1"),
    ("service-director", "/overview"),
    ("service-director", "/cases"),
    ("service-director", "/cases/export.csv"),
    ("service-director", "/cases/1"),
    ("service-director", "/cases/1/chronology"),
    ("service-director", "/tasks/claimed"),
    ("service-director", "/cases/board"),
    ("service-director", "/trends?by=adviser"),
    ("service-director", "/proof"),
    ("service-director", "/schools/100001"),
    ("process-owner", "/processes"),
    ("process-owner", "/processes/barnsley-escalation"),
    ("information-governance", "/audit"),
    ("information-governance", "/audit/export.csv"),
]


class Rows:
    """How many rows the database gave, and the statements by which it looked for names of accounts."""

    def __init__(self) -> None:
        self.given = 0
        self.names: list[str] = []

    def cursor(self) -> type[sqlite3.Cursor]:
        rows = self

        class Cursor(sqlite3.Cursor):
            def execute(self, statement: str, *given: Any) -> Cursor:
                if "account.name" in statement:
                    rows.names.append(statement)
                return super().execute(statement, *given)

            def fetchone(self) -> Any:
                found = super().fetchone()
                rows.given += found is not None
                return found

            def fetchmany(self, *given: Any) -> list[Any]:
                found = super().fetchmany(*given)
                rows.given += len(found)
                return found

            def fetchall(self) -> list[Any]:
                found = super().fetchall()
                rows.given += len(found)
                return found

        return Cursor

    def connection(self) -> type[sqlite3.Connection]:
        rows = self

        class Connection(sqlite3.Connection):
            def cursor(self, *_: Any) -> Any:
                return super().cursor(rows.cursor())

        return Connection


@pytest.fixture
def rows(app: Flask) -> Rows:
    """The rows that the pages' and the engine's sessions are given."""
    counted = Rows()
    with app.app_context():
        databases = [db.engine, engine_of(app).database._open()]

    def opened(_: Any, __: Any, ___: Any, given: dict[str, Any]) -> None:
        given["factory"] = counted.connection()

    for each in databases:
        event.listen(each, "do_connect", opened)
        each.dispose()
    return counted


@pytest.fixture
def busy(app: Flask, browser: Browser, case: int) -> Browser:
    """A browser, when two people have done something in a case and one has a task of it."""
    browser.post("/tasks/1", **EVIDENCE)
    browser.sign_in("head-of-bsa").post("/tasks/2/claim")
    return browser


def join(app: Flask, number: int) -> None:
    """As many more people of the authority: half have an account and half are in the register of people."""
    known = [{"authority": "barnsley", "name": f"Ann Invented {each}"} for each in range(number)]
    shared = {"password_hash": "none", "closed": False, "sample": True, "recovery": [], "totp_step": -1}
    grants = [Granted("challenge-partner").stored()]
    with app.app_context(), db.engine.begin() as connection:
        signing_in = [
            each | shared | {"username": f"a{n}@example.org", "roles": grants} for n, each in enumerate(known)
        ]
        people = [
            each | {"username": f"p{n}@example.org", "email": f"p{n}@example.org"} for n, each in enumerate(known)
        ]
        connection.execute(insert(Account.__table__), signing_in[::2])
        connection.execute(insert(Person), people[1::2])
        ids = connection.scalars(select(Person.id).where(Person.name.startswith("Ann Invented")))
        tie = {"role": "headteacher", "urn": "100009", "diocese": "", "trust": "", "excluded": False}
        held = [{"authority": "barnsley", "person_id": each, "since": date(2026, 1, 1)} | tie for each in ids]
        connection.execute(insert(Holding), held)


def given(rows: Rows, ask: Callable[[], tuple[int, str]]) -> int:
    """The rows that a page costs when it was asked for before."""
    ask()
    rows.given, rows.names = 0, []
    assert ask()[0] == 200
    return rows.given


@pytest.mark.parametrize(("role", "address"), PAGES)
def test_the_rows_of_a_page_do_not_grow_with_the_people(
    app: Flask, busy: Browser, rows: Rows, role: str, address: str
) -> None:
    busy.sign_in(role)
    few = given(rows, lambda: busy.get(address))
    join(app, 1000)
    assert (
        given(rows, lambda: busy.get(address)) - few < 10
    )  # an entry of the audit trail, which tells of the look before


def test_a_page_looks_for_all_its_names_at_once(app: Flask, busy: Browser, rows: Rows) -> None:
    busy.sign_in("service-director")
    given(rows, lambda: busy.get("/cases/1"))
    assert len([each for each in rows.names if "UNION" in each]) == 1


def test_a_name_of_the_register_of_people_is_found_by_the_address(app: Flask, busy: Browser) -> None:
    join(app, 10)
    with app.app_context(), engine_of(app).transactions.writing(ANYBODY) as session:
        session.execute(update(ProcessInstance).values(started_by="P1@example.org"))
    assert "by Ann Invented 1" in busy.get("/cases/1")[1]


def test_what_looks_like_a_mark_for_a_name_is_no_name(busy: Browser) -> None:
    busy.post("/cases/1/comments", text="See \ue00099\ue001.")
    assert "See \ue00099\ue001." in busy.get("/cases/1")[1]


def test_a_name_is_written_as_text(app: Flask, busy: Browser) -> None:
    with app.app_context(), engine_of(app).transactions.writing(ANYBODY) as session:
        account = accounts.find("seo@barnsley.example.org", session)
        assert account is not None
        account.name = "Sam <b>Invented</b>"
    assert "by Sam &lt;b&gt;Invented&lt;/b&gt;" in busy.get("/cases/1")[1]
