"""The application on a fresh SQLite database with Barnsley's samples, and a second authority whose people must see nothing."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engine import Engine, Scope
from engine.clock import VirtualClock
from engine.queries.links import Asked
from engine.store.tables import Outbox
from tests.conftest import START
from webapp import create_app
from webapp.cli import upgrade
from webapp.people import accounts
from webapp.people.guests import Invitation
from webapp.sample import page
from webapp.settings import SAMPLE_PASSWORD

ROOT = Path(__file__).resolve().parent.parent.parent
ELSEWHERE = """
id: elsewhere
name: Elsewhere (sample)
roles:
  - {id: seo, name: Evaluation officer, capabilities: [start, manage, own-processes, administer, records]}
  - {id: headteacher, name: Headteacher, kind: contact}
people:
  - {username: seo@elsewhere.example.org, name: Elin Elsewhere, roles: [seo]}
"""


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the repository's, with a second authority in it, and a seeded database."""
    root = tmp_path_factory.mktemp("root")
    for name in ("processes/barnsley", "forms/barnsley", "config/calendars", "config/reports"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("config/authorities/barnsley.yaml", "config/schools/barnsley.csv", "config/people/barnsley.csv"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    (root / "config/authorities/elsewhere.yaml").write_text(ELSEWHERE, encoding="utf-8")
    # What is seeded counts from the day on which the tests begin.
    app = create_app(_settings(root, f"sqlite:///{root / 'seeded.db'}", VirtualClock(START)))
    upgrade(app)
    with app.app_context():
        page.seed(root)
    return root


def _settings(root: Path, database: str, clock: VirtualClock | None) -> dict[str, Any]:
    return {
        "ROOT": root,
        "SQLALCHEMY_DATABASE_URI": database,
        "FILES": f"{database.removeprefix('sqlite:///')}-files",
        "SAMPLE": True,
        "TESTING": False,
        "CLOCK": clock,
        "WTF_CSRF_ENABLED": False,
        "SECRET_KEY": "for tests",
        "PROPAGATE_EXCEPTIONS": False,
    }


@pytest.fixture(scope="session")
def with_a_case(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of the seeded database in which the SEO has started a case, and the cookie of their session."""
    made = tmp_path_factory.mktemp("case")
    browser = Browser(_copied(seeded, made, seeded, VirtualClock(START)).test_client()).sign_in("seo")
    status, _ = browser.post("/start/barnsley-escalation/100001", **CONCERN)
    assert status == 200
    return made, browser.session


@pytest.fixture
def app(request: pytest.FixtureRequest, seeded: Path, tmp_path: Path, clock: VirtualClock) -> Flask:
    """The application, on a copy of the seeded database, its clock standing still. There is a case in it for who asks for one."""
    origin = request.getfixturevalue("with_a_case")[0] if "case" in request.fixturenames else seeded
    return _copied(origin, tmp_path, seeded, clock)


def _copied(origin: Path, to: Path, root: Path, clock: VirtualClock) -> Flask:
    for file in origin.glob("seeded.db*"):
        shutil.copy(file, to / file.name)
    shutil.rmtree(root / "var", ignore_errors=True)  # the mails of an earlier test
    return create_app(_settings(root, f"sqlite:///{to / 'seeded.db'}", clock))


@pytest.fixture
def everywhere(tmp_path: Path, clock: VirtualClock) -> Flask:
    """The application with the people of all four authorities, nothing deployed yet, its clock standing still."""
    made = create_app(_settings(ROOT, f"sqlite:///{tmp_path / 'everywhere.db'}", clock))
    upgrade(made)
    with made.app_context():
        accounts.add_people(made.extensions["authorities"].values(), SAMPLE_PASSWORD)
    return made


class Browser:
    """Somebody's browser without a window."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def sign_in(self, role: str, authority: str = "barnsley") -> Browser:
        """Sign in as the person of a role."""
        self.client.delete_cookie("session")
        data = {"username": f"{role}@{authority}.example.org", "password": SAMPLE_PASSWORD}
        assert self.client.post("/sign-in", data=data).status_code == 302
        return self

    @property
    def session(self) -> str:
        """The cookie of who is signed in."""
        cookie = self.client.get_cookie("session")
        assert cookie is not None
        return cookie.value

    def get(self, address: str) -> tuple[int, str]:
        """A page's status and text."""
        answer = self.client.get(address)
        return answer.status_code, answer.get_data(as_text=True)

    def post(self, address: str, **data: Any) -> tuple[int, str]:
        """Send a form, confirm answers that are to be checked, and follow where it leads."""
        answer = self.client.post(address, data=data, follow_redirects=True)
        if 'name="checked"' in answer.get_data(as_text=True):
            answer = self.client.post(address, data={**data, "checked": "1"}, follow_redirects=True)
        return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser, nobody signed in."""
    return Browser(app.test_client())


def engine_of(app: Flask) -> Engine:
    """The application's engine."""
    engine: Engine = app.extensions["pathways"]
    return engine


def give(app: Flask, username: str, roles: list[str]) -> None:
    """Give somebody these roles and no others."""
    with app.app_context(), engine_of(app).transactions.writing(accounts.ANYBODY) as session:
        account = accounts.find(username, session)
        assert account is not None
        account.grants = [accounts.Granted(role).stored() for role in roles]


def say_in_file(app: Flask, **said: Any) -> None:
    """Have Barnsley's file say something else: what is deployed would win over it."""
    files = engine_of(app).config.authorities._files  # type: ignore[attr-defined]
    files["barnsley"] = replace(files["barnsley"], **said)


def ask_for_approval(app: Flask) -> None:
    """Barnsley's file asks for the Service Director's approval of what is deployed."""
    say_in_file(app, approval="service-director")


EVIDENCE = {
    "evidence_quality_of_education": "Weak phonics.",
    "evidence_leadership": "Few checks.",
    "evidence_summary": "Falling results.",
}
PROGRESS = {"sisg_progress": "reasonable", "sisg_progress_summary": "Attendance has risen."}
CONCERN = {
    "concern_cause": "leadership",
    "areas_of_concern": "quality of education",
    "concern_description": "Results have fallen.",
}


@pytest.fixture
def case(browser: Browser, with_a_case: tuple[Path, str]) -> int:
    """A case that the SEO, who is signed in, has started for a community school; its first task waits."""
    browser.client.set_cookie("session", with_a_case[1])
    return 1


YEAR = timedelta(days=366)


def pass_years(app: Flask, clock: VirtualClock, years: int) -> None:
    """So many years later, a worker looks after ended cases."""
    clock.advance(years * YEAR)
    engine_of(app).retention.follow()


@pytest.fixture
def due(app: Flask, browser: Browser, case: int, clock: VirtualClock) -> Browser:
    """Case 1 was cancelled and is due for deletion; whoever looks after records is signed in."""
    browser.sign_in("service-director").post("/cases/1/cancel", reason="Opened by mistake.", confirmed="1")
    pass_years(app, clock, 1)
    pass_years(app, clock, 7)
    return browser.sign_in("information-governance")


def link_to(app: Flask, task: int, role: str, email: str = "guest@example.org") -> str:
    """The path of a link to a task of Barnsley, which an officer has made for this address."""
    by = Scope("barnsley", frozenset({"seo"}), "seo@barnsley.example.org", oversees=True)
    made = engine_of(app).links.make(Asked(task, role, email, "The story asks for it."), by)
    with app.app_context():
        return f"/link/{Invitation(task, 'barnsley', role, email, made).token()}"


def code_of(app: Flask) -> str:
    """The code that was mailed last."""
    with engine_of(app).reading() as session:
        texts = session.scalars(select(Outbox).order_by(Outbox.id.desc()))
        found = next(
            re.search(r"is (\d{6})\.", row.payload["text"]) for row in texts if "Your code" in row.payload["subject"]
        )
    assert found
    return found[1]


def visit(app: Flask, address: str) -> FlaskClient:
    """Somebody who opens a link and enters the code that is sent to its address."""
    client = app.test_client()
    client.get(address)
    client.post(address)
    client.post(address, data={"code": code_of(app)})
    return client
