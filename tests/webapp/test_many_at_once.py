"""Many people who submit at once are all answered, through the real server, on both databases."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from waitress.server import create_server

from engine.clock import VirtualClock
from tests.conftest import START
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import ROOT, engine_of
from webapp import create_app
from webapp.people import accounts
from webapp.security import served
from webapp.settings import SAMPLE_PASSWORD

#: As many threads as `pathways run` has unless it is told otherwise.
THREADS = 8
ASKED = bpmn(
    '<startEvent id="s"/><userTask id="a" name="Say so" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>a a>e",
    key="asked",
)


@pytest.fixture(params=["the clock of sample mode", "a clock of its own"])
def crowded(request: pytest.FixtureRequest, database_url: str) -> Flask:
    """The application on an empty database, with an officer of Barnsley."""
    settings: dict[str, Any] = {
        "ROOT": ROOT,
        "SQLALCHEMY_DATABASE_URI": database_url.replace("postgresql://", "postgresql+psycopg://"),
        "SAMPLE": True,
        "CLOCK": None if request.param == "the clock of sample mode" else VirtualClock(START),
        "WTF_CSRF_ENABLED": False,
        "SECRET_KEY": "for tests",
    }
    app = create_app(settings)
    with app.app_context():
        accounts.add_people(app.extensions["authorities"].values(), SAMPLE_PASSWORD)
    return app


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


def signed_in(app: Flask) -> str:
    """The session cookie of an officer."""
    client = app.test_client()
    client.post("/sign-in", data={"username": "seo@barnsley.example.org", "password": SAMPLE_PASSWORD})
    cookie = client.get_cookie("session")
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
def test_everybody_is_answered(crowded: Flask, port: int, people: int) -> None:
    tasks, cookie, together = begin(crowded, people), signed_in(crowded), Barrier(people)
    with ThreadPoolExecutor(people) as crowd:
        answers = list(crowd.map(lambda task: submit(port, task, cookie, together), tasks))
    assert answers == [302] * people
    assert engine_of(crowded).tasks.open() == []
