"""No parameter of any route brings down a page, shows a stack trace or lets another authority's people see something."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.clock import VirtualClock
from tests.webapp.conftest import CONCERN, ROOT, Browser, _settings
from tests.webapp.fuzzing import OUTSIDER, Sent, far_days, requests
from tests.webapp.people.test_access import SECRETS
from tests.webapp.test_many_at_once import begin
from webapp import create_app
from webapp.people import accounts
from webapp.settings import SAMPLE_PASSWORD

MONDAY = datetime(2026, 9, 7, 8, tzinfo=UTC)
TRACE = re.compile(r"Traceback|File &#34;|File \"/|sqlalchemy\.|psycopg|werkzeug\.")


class People:
    """The browsers of those who send something, each signed in once."""

    def __init__(self, app: Flask, *outside: str) -> None:
        self._app, self._outside = app, outside
        self._known: dict[str, FlaskClient] = {}

    def are_signed_in(self) -> bool:
        """Whether nothing of the walk has ended a session of it."""
        return all(client.get("/tasks").status_code == 200 for who, client in self._known.items() if who)

    def send(self, sent: Sent) -> str:
        """What is wrong with the answer; empty where nothing is."""
        client = self._of(sent.who)
        answer = client.open(sent.address, method=sent.method, data=sent.data, json=sent.json)
        said = answer.get_data().decode("utf-8", "replace")
        if answer.status_code == 500 or TRACE.search(said):
            return f"{answer.status_code}: {sent}"
        if sent.who == OUTSIDER and (found := SECRETS.search(said)):
            return f"shows {found[0]}: {sent}"
        return ""

    def _of(self, who: str) -> FlaskClient:
        if who not in self._known:
            browser = Browser(self._app.test_client())
            if who:
                browser.sign_in(*(self._outside if who == OUTSIDER else (who,)))
            self._known[who] = browser.client
        return self._known[who]


@pytest.fixture(scope="module")
def sampled(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application with the samples, and a case."""
    place = tmp_path_factory.mktemp("fuzzed")
    for file in seeded.glob("seeded.db*"):
        shutil.copy(file, place / file.name)
    made = create_app(_settings(seeded, f"sqlite:///{place / 'seeded.db'}", VirtualClock(MONDAY)))
    Browser(made.test_client()).sign_in("seo").post("/start/barnsley-escalation/100001", **CONCERN)
    return made


def test_every_parameter_of_every_route_takes_anything(sampled: Flask) -> None:
    people = People(sampled, "seo", "elsewhere")
    assert "\n".join(filter(None, map(people.send, requests(sampled)))) == ""
    assert people.are_signed_in()


def test_every_day_of_every_route_may_be_far_away_or_none(sampled: Flask) -> None:
    people = People(sampled, "seo", "elsewhere")
    sent = list(far_days(sampled))
    assert "\n".join(filter(None, map(people.send, sent))) == ""
    # Those whose view hands its days to a module that reads them for all are among them.
    assert {"archive.index", "audit.index", "proof.index"} <= {each.endpoint for each in sent}


@pytest.fixture
def on_postgresql(postgresql_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on PostgreSQL with everybody's accounts, and a case of a small process."""
    address = postgresql_url.replace("postgresql://", "postgresql+psycopg://")
    made = create_app({**_settings(ROOT, address, VirtualClock(MONDAY)), "FILES": str(tmp_path / "files")})
    with made.app_context():
        accounts.add_people(made.extensions["authorities"].values(), SAMPLE_PASSWORD)
    begin(made, 1)
    yield made


def test_what_postgresql_takes_less_of_is_refused_too(on_postgresql: Flask) -> None:
    people = People(on_postgresql, "service-director", "luton")
    assert "\n".join(filter(None, map(people.send, requests(on_postgresql, each=6)))) == ""
    assert people.are_signed_in()
