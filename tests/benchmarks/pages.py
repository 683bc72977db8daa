"""What submitting a form costs the server over HTTP, beside an empty page: both through the whole application, in process."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.store.database import make_engine
from engine.store.tables import UserTask
from engine.store.tenancy import Scope, set_scope
from tests.benchmarks.completion import timed
from tests.webapp.conftest import CONCERN, EVIDENCE
from webapp import create_app
from webapp.cli import upgrade
from webapp.sample import page
from webapp.settings import SAMPLE_PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent
TIMES = 40


def officer(app: Any) -> FlaskClient:
    """The browser of a sample officer, who has signed in."""
    client: FlaskClient = app.test_client()
    data = {"username": "seo@barnsley.example.org", "password": SAMPLE_PASSWORD}
    expect(client.post("/sign-in", data=data).status_code, 302)
    return client


def expect(status: int, wanted: int) -> None:
    """Refuse to measure something else than what is meant."""
    if status != wanted:
        raise AssertionError(f"the server answered {status}, not {wanted}: this would measure something else")


def run() -> None:
    """Print both and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        app = create_app(settings(url))
        upgrade(app)
        with app.app_context():
            page.seed(ROOT)
        client = officer(app)
        tasks = _started(client, url)
        expect(client.get("/nowhere").status_code, 404)
        empty = median(timed(lambda: client.get("/nowhere")) for _ in range(TIMES)) * 1_000
        posts = [timed(lambda n=n: _submit(client, n)) for n in tasks]
    post = median(posts[2:]) * 1_000
    print("Over HTTP, server time in milliseconds (medians)")
    print(f"  empty page: {empty:.1f}, a form submitted and the case gone on: {post:.1f}, ratio {post / empty:.1f}")


def settings(url: str) -> dict[str, Any]:
    """The application's settings on a database of the benchmark's own."""
    return {"SQLALCHEMY_DATABASE_URI": url, "SAMPLE": True, "SECRET_KEY": "for benchmarks", "WTF_CSRF_ENABLED": False}


def _started(client: FlaskClient, url: str) -> list[int]:
    """The first tasks of a case for each school that the process is for."""
    for urn in range(100_001, 100_001 + TIMES):
        client.post(f"/start/barnsley-escalation/{urn}", data=CONCERN)
    database = make_engine(url)
    with Session(database) as session:
        set_scope(session, Scope.all_authorities())
        found = list(session.scalars(select(UserTask.id).where(UserTask.element == "document-evidence")))
    database.dispose()
    return found


def _submit(client: FlaskClient, task: int) -> None:
    expect(client.post(f"/tasks/{task}", data=EVIDENCE).status_code, 302)
