"""What lets somebody in and was mailed (a link for a new password, a link to one task, a code) is shown and kept nowhere else."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from sqlalchemy import select

from engine import Scope
from engine.jobs.outbox import Mail
from engine.store.tables import AuditEntry, Incident, Outbox
from tests.webapp.conftest import Browser, engine_of, link_to

SEO = "seo@barnsley.example.org"
GUEST = "guest@example.org"


@pytest.fixture
def letters(app: Flask, browser: Browser, case: int) -> Iterator[list[Mail]]:
    """A link for a new password, one to a task and its code are mailed: what a worker would send, and has not sent yet."""
    browser.post("/sign-in/forgotten", username=SEO)
    path, by = link_to(app, 1, "headteacher", GUEST), Scope("barnsley", frozenset({"seo"}), SEO, oversees=True)
    engine_of(app).links.send(1, f"http://localhost{path}", by)
    Browser(app.test_client()).post(path)
    with engine_of(app).reading() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        yield [Mail(row.id, row.key, row.authority, row.instance_id, 0, row.payload, row.created) for row in rows]


@pytest.fixture
def secret(letters: list[Mail]) -> list[str]:
    """The ends of the two links, and the code."""
    texts = "\n".join(each.payload["text"] for each in letters)
    return [
        re.findall(wanted, texts)[0] for wanted in (r"/new-password/(\S+)", r"/link/(\S+)", r"Your code .* (\d{6})\.")
    ]


def send(app: Flask, fails: bool = False) -> list[Mail]:
    """Let a worker send what waits, or try to for the last time."""
    posted: list[Mail] = []

    def post(letter: Mail) -> None:
        posted.append(letter)
        if fails:
            raise ConnectionError("no route to the mail server")

    engine = engine_of(app)
    engine.jobs.sender = post
    for _ in range(engine.config.attempts if fails else 1):
        engine.jobs.send_outbox()
        app.config["CLOCK"].advance(engine.config.pause(engine.config.attempts))
    return posted


def in_outbox(app: Flask) -> str:
    with engine_of(app).reading() as session:
        return str([row.payload for row in session.scalars(select(Outbox))])


def shown(records: Browser, who: str) -> str:
    """What the page of a person says, and what the zip has."""
    page = records.get(f"/records/person?who={who}")[1]
    assert "Mails" in page
    answer = records.client.post("/records/person/export", data={"who": who, "kind": "Mails"})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        return page + "".join(pack.read(name).decode() for name in pack.namelist())


@pytest.mark.parametrize("of", [0, 1, 2], ids=["password", "link", "code"])
@pytest.mark.parametrize("status", ["waiting", "sent", "failed"])
def test_subject_access_shows_none(app: Flask, browser: Browser, secret: list[str], of: int, status: str) -> None:
    if status != "waiting":
        send(app, fails=status == "failed")
    said = "".join(shown(browser.sign_in("information-governance"), who) for who in (SEO, GUEST))
    assert secret[of] not in said


@pytest.mark.parametrize("of", [0, 1, 2], ids=["password", "link", "code"])
def test_none_can_be_searched_for(browser: Browser, secret: list[str], of: int) -> None:
    page = browser.sign_in("information-governance").get(f"/records/person?who={secret[of][:6]}")[1]
    assert "Mails" not in page


def test_the_rest_of_a_mail_is_shown(browser: Browser, secret: list[str]) -> None:
    page = browser.sign_in("information-governance").get(f"/records/person?who={GUEST}")[1]
    assert "Your code for the task is [left out]." in page


@pytest.mark.parametrize("of", [0, 1, 2], ids=["password", "link", "code"])
def test_the_mail_itself_has_it(app: Flask, secret: list[str], of: int) -> None:
    assert secret[of] in str([each.payload["text"] for each in send(app)])


@pytest.mark.parametrize("of", [0, 1, 2], ids=["password", "link", "code"])
def test_none_is_kept_once_it_is_sent(app: Flask, secret: list[str], of: int) -> None:
    send(app)
    assert secret[of] not in in_outbox(app)


def test_what_could_not_be_sent_can_be_tried_again(app: Flask, secret: list[str]) -> None:
    send(app, fails=True)
    with engine_of(app).reading() as session:
        ids = session.scalars(select(Incident.id).order_by(Incident.id)).all()
    for each in ids:
        engine_of(app).jobs.retry(each)
    assert secret[0] in send(app)[0].payload["text"]


def test_the_audit_trail_has_no_code(app: Flask, secret: list[str]) -> None:
    send(app)
    with engine_of(app).reading() as session:
        told = session.scalars(select(AuditEntry.subject).where(AuditEntry.kind == "mail.sent")).all()
    assert ("Your code: [left out]" in told, secret[2] in str(told)) == (True, False)


def test_the_trouble_has_no_code(app: Flask, secret: list[str]) -> None:
    send(app, fails=True)
    with engine_of(app).reading() as session:
        told = " ".join(session.scalars(select(Incident.message)))
    assert ("Your code: [left out]" in told, secret[2] in told) == (True, False)


@pytest.mark.parametrize("of", [0, 1, 2], ids=["password", "link", "code"])
def test_none_is_kept_of_mails_that_were_sent_before(app: Flask, secret: list[str], of: int) -> None:
    with engine_of(app).transactions.writing(Scope.all_authorities()) as session:
        for row in session.scalars(select(Outbox)):
            row.payload, row.status = {k: v for k, v in row.payload.items() if k != "secrets"}, "sent"
        session.flush()
        with Operations.context(MigrationContext.configure(session.connection())):
            import_module("engine.migrations.versions.e063_mailed_secrets").upgrade()
    assert secret[of] not in in_outbox(app)
