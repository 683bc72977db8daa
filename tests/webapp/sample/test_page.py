"""Sample mode: seeding is safe to repeat, and the clock moves forward only."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from flask import Flask

from engine import Scope
from engine.clock import OffsetClock
from tests.webapp.conftest import Browser, engine_of
from webapp import create_app
from webapp.people import keeping
from webapp.sample import page


def test_seeding_again_adds_nothing(app: Flask, seeded: Path) -> None:
    with app.app_context():
        said = page.seed(seeded)
    assert "0 people added" in said[0]
    assert "barnsley: 0 schools added, 0 changed" in said
    assert "barnsley: nothing new to deploy" in said


def test_moving_the_clock_says_what_fell_due(seeded: Path, tmp_path: Path, app: Flask) -> None:
    moving = create_app({**app.config, "CLOCK": None})
    browser = Browser(moving.test_client()).sign_in("seo")
    before = engine_of(moving).clock.now()
    assert isinstance(engine_of(moving).clock, OffsetClock)
    assert "Nothing fell due." in browser.post("/sample/clock", by="week")[1]
    assert timedelta(days=5) < engine_of(moving).clock.now() - before < timedelta(days=8)
    for nonsense in ("", "yesterday", "century"):
        assert "only moves forward" in browser.post("/sample/clock", by=nonsense)[1]


def test_there_is_no_clock_to_move_outside_sample_mode(app: Flask, browser: Browser) -> None:
    with app.app_context():
        keeping.keep("ada@council.gov.uk", "Ada Admin", "barnsley", ["administrator"], "long enough for all")
    app.config["SAMPLE"] = False
    browser.post("/sign-in", username="ada@council.gov.uk", password="long enough for all")
    assert browser.post("/sample/clock", by="day")[0] == 404
    assert "Sample mode" not in browser.get("/tasks")[1]


def test_the_mail_that_would_have_gone_out_is_shown_to_its_authority(app: Flask, browser: Browser, case: int) -> None:
    engine = engine_of(app)
    engine.notices.choose("once", Scope("barnsley", frozenset(), "seo@barnsley.example.org"))
    engine.jobs.tell_late()
    engine.jobs.send_outbox()
    _, page = browser.get("/sample/mail")
    assert "New task: SEO evidence summary, Sampleby" in page
    assert "to seo@barnsley.example.org" in page
    assert "/tasks/1" in page
    assert "New task" not in browser.sign_in("seo", "elsewhere").get("/sample/mail")[1]


def test_a_mail_with_an_invitation_names_its_file(app: Flask, browser: Browser) -> None:
    folder = engine_of(app).config.mail_folder
    assert folder is not None
    folder.mkdir(parents=True, exist_ok=True)
    letter = EmailMessage()
    letter["To"], letter["Subject"], letter["X-Pathways-Authority"] = "seo@barnsley.example.org", "Invited", "barnsley"
    letter.set_content("The meeting is on Monday.")
    letter.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="meeting.ics")
    file = folder / "9999-invited.eml"
    file.write_bytes(letter.as_bytes())
    status, page = browser.sign_in("seo").get("/sample/mail")
    file.unlink()
    assert status == 200
    assert "The meeting is on Monday." in page
    assert "With it: meeting.ics" in page
