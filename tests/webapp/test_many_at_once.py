"""Many people who submit at once, each in a session of their own, are all answered, through the real server, on both databases."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from waitress.server import create_server

from engine import queries
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import ROOT, engine_of
from webapp import create_app
from webapp.people import accounts, passwords
from webapp.security import served

#: As many threads as `pathways run` has unless it is told otherwise.
THREADS = 8
HERE = "http://127.0.0.1"
PASSWORD = "three words that differ"
ASKED = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Say so" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>a a>e",
    key="asked",
)


@pytest.fixture(params=["in sample mode", "out of it"])
def crowded(request: pytest.FixtureRequest, database_url: str) -> Flask:
    """The application on an empty database, as people try it and as a council runs it."""
    sample = request.param == "in sample mode"
    settings: dict[str, Any] = {
        "ROOT": ROOT,
        "SQLALCHEMY_DATABASE_URI": database_url.replace("postgresql://", "postgresql+psycopg://"),
        "SAMPLE": sample,
        "BASE_ADDRESS": "" if sample else "http://127.0.0.1",
        "WTF_CSRF_ENABLED": False,
        "SECRET_KEY": "for tests, and long enough for a council",
    }
    return create_app(settings)


def officers(app: Flask, number: int) -> list[str]:
    """So many officers of Barnsley, each with an account of their own: their names."""
    kept, names = passwords.hashed(PASSWORD), [f"officer-{each}@barnsley.example.org" for each in range(number)]
    roles = [accounts.Granted("seo").stored()]
    with app.app_context(), engine_of(app).transactions.writing(accounts.ANYBODY) as session:
        session.add_all(
            accounts.Account(
                username=each,
                name=each,
                authority="barnsley",
                password_hash=kept,
                closed=False,
                sample=False,
                grants=roles,
            )
            for each in names
        )
    return names


@pytest.fixture
def port(crowded: Flask) -> Iterator[int]:
    """The port of a real server of the application."""
    server = create_server(crowded, host="127.0.0.1", port=0, threads=THREADS, **served(crowded.config))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    thread.join(5)


def begin(app: Flask, number: int) -> list[int]:
    """The tasks of so many cases that were begun."""
    engine = engine_of(app)
    engine.deployments.deploy({"asked.bpmn": ASKED}, "barnsley", by="owner", strict=False)
    for _ in range(number):
        engine.cases.start("asked", authority="barnsley")
    return [task.id for task in engine.tasks.open()]


def signed_in(app: Flask, username: str) -> str:
    """The session cookie of an officer who signs in."""
    client = app.test_client()
    client.post("/sign-in", base_url=HERE, data={"username": username, "password": PASSWORD})
    cookie = client.get_cookie("session", "127.0.0.1")
    assert cookie is not None
    return f"session={cookie.value}"


def submit(port: int, task: int, cookie: str, together: Barrier) -> int:
    """Complete a task when everybody else does; the answer's status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    together.wait()
    connection.request(
        "POST", f"/tasks/{task}", b"checked=1", {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
    )
    return connection.getresponse().status


@pytest.mark.parametrize("people", [8, 50])
def test_everybody_is_answered_and_has_done_their_own(crowded: Flask, port: int, people: int) -> None:
    names, tasks, together = officers(crowded, people), begin(crowded, people), Barrier(people)
    cookies = [signed_in(crowded, each) for each in names]
    with ThreadPoolExecutor(people) as crowd:
        answers = list(crowd.map(lambda one: submit(port, *one, together), zip(tasks, cookies, strict=True)))
    assert answers == [302] * people
    with engine_of(crowded).reading() as session:
        assert [queries.task(session, each).ended_by for each in tasks] == names
