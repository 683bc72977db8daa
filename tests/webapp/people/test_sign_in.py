"""Signing in and out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from engine import Engine, Scope
from engine.people.authorities import load_authorities
from engine.settings import MailServer
from engine.store.tables import Outbox
from tests.webapp.conftest import Browser
from tests.webapp.people.test_signing_in import plain
from webapp import create_app
from webapp.db import db
from webapp.people import keeping
from webapp.settings import SAMPLE_PASSWORD

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("address", ["/cases%0d%0aX:1", "/cases%0aX:1", "/cases%0d"])
def test_an_address_to_go_on_to_writes_no_header(browser: Browser, address: str) -> None:
    data = {"username": "seo@barnsley.example.org", "password": SAMPLE_PASSWORD}
    answer = browser.client.post(f"/sign-in?next={address}", data=data)
    assert answer.headers["Location"] == "/"


def test_what_is_missing_is_asked_for(browser: Browser) -> None:
    status, page = browser.post("/sign-in", username="", password="")
    assert status == 400
    assert "Enter your email address" in page
    assert "Enter your password" in page


def test_signing_in_leads_nowhere_else(browser: Browser) -> None:
    data = {"username": "seo@barnsley.example.org", "password": "pathways"}
    for target in ("//evil.example.org", "https://evil.example.org", "/\\evil.example.org"):
        answer = browser.client.post("/sign-in", query_string={"next": target}, data=data)
        assert answer.headers["Location"] == "/"


def test_signing_out_ends_the_session(browser: Browser) -> None:
    browser.sign_in("seo")
    assert browser.get("/tasks")[0] == 200
    browser.post("/sign-out")
    assert browser.client.get("/tasks").status_code == 302


def test_sample_sign_ins_are_shown_in_sample_mode_only(browser: Browser) -> None:
    assert "seo@barnsley.example.org" in browser.get("/sign-in")[1]
    browser.client.application.config["SAMPLE"] = False
    assert "seo@barnsley.example.org" not in browser.get("/sign-in")[1]


def test_a_dozen_sample_people_are_shown_first_and_the_rest_is_folded(app: Flask) -> None:
    page = html.fromstring(Browser(create_app({**app.config, "ROOT": ROOT}).test_client()).get("/sign-in")[1])
    first = page.xpath("//dl//dt")
    folded = page.xpath("//details//li")
    assert 6 <= len(first) <= 12
    assert len(first) + len(folded) == sum(
        len(each.people) for each in load_authorities(ROOT / "config/authorities").values()
    )


def test_a_look_at_the_head_of_the_page_signs_nobody_in(browser: Browser) -> None:
    assert browser.client.head("/sign-in").status_code == 200


def test_sample_people_do_not_come_to_a_server_for_real_people(app: Flask, browser: Browser) -> None:
    browser.sign_in("seo")
    app.config["SAMPLE"] = False
    assert browser.client.get("/tasks").status_code == 302, "nor does a session that began in sample mode go on"
    data = {"username": "seo@barnsley.example.org", "password": SAMPLE_PASSWORD}
    assert browser.client.post("/sign-in", data=data).status_code == 400


class TestForgotten:
    @pytest.fixture
    def mailing(self, app: Flask) -> Browser:
        """The application with a mail server, and an account of somebody who is not invented."""
        made = create_app({**app.config})
        with made.app_context():
            keeping.keep("ann@council.gov.uk", "Ann Newcomer", "barnsley", ["seo"], "correct horse battery")
            engine = made.extensions["pathways"]
            config = replace(engine.config, mail=MailServer("mail.example.org"))
            made.extensions["pathways"] = Engine(db.engine, clock=app.config["CLOCK"], config=config)
        return Browser(made.test_client())

    def mails(self, browser: Browser) -> list[Any]:
        engine: Engine = browser.client.application.extensions["pathways"]
        with engine.reading(Scope.all_authorities()) as session:
            return [row.payload for row in session.scalars(select(Outbox))]

    def test_a_link_is_mailed_to_whoever_has_an_account(self, mailing: Browser) -> None:
        status, page = mailing.post("/sign-in/forgotten", username=" Ann@council.gov.uk")
        assert status == 200
        assert "If there is an account with that email address" in page
        (mail,) = self.mails(mailing)
        assert mail["to"] == "ann@council.gov.uk"
        address = re.findall(r"http://localhost(/new-password/\S+)", mail["text"])[0]
        assert "Your password is changed" in mailing.post(address, password="purple monkey dishwasher")[1]
        assert mailing.post("/sign-in", username="ann@council.gov.uk", password="purple monkey dishwasher")[0] == 200

    @pytest.mark.parametrize("name", ["nobody@council.gov.uk", "x" * 5000])
    def test_nobody_learns_which_names_there_are(self, mailing: Browser, name: str) -> None:
        known, asked = (mailing.post("/sign-in/forgotten", username=each) for each in ("ann@council.gov.uk", name))
        assert (asked[0], plain(asked[1])) == (known[0], plain(known[1]))
        assert len(self.mails(mailing)) == 1

    def test_in_sample_mode_an_invented_person_is_sent_one_too(self, mailing: Browser) -> None:
        mailing.post("/sign-in/forgotten", username="seo@barnsley.example.org")
        assert [mail["to"] for mail in self.mails(mailing)] == ["seo@barnsley.example.org"]

    def test_it_is_asked_for_three_times(self, mailing: Browser) -> None:
        statuses = [mailing.post("/sign-in/forgotten", username="ann@council.gov.uk")[0] for _ in range(4)]
        assert statuses == [200, 200, 200, 429]

    def test_without_an_address_it_is_asked_for(self, mailing: Browser) -> None:
        assert "Enter your email address" in mailing.post("/sign-in/forgotten", username=" ")[1]

    def test_where_no_mail_is_sent_an_administrator_is_asked(self, app: Flask, browser: Browser) -> None:
        engine = app.extensions["pathways"]
        engine.config = engine.config.without_mail()
        assert "they make a link" in browser.get("/sign-in/forgotten")[1]
        assert browser.post("/sign-in/forgotten", username="seo@barnsley.example.org")[0] == 200
        assert self.mails(browser) == []


def test_too_many_tries_are_said_to_be(browser: Browser) -> None:
    answers = [browser.post("/sign-in", username="seo@barnsley.example.org", password="wrong") for _ in range(6)]
    assert [status for status, _ in answers] == [400] * 5 + [429]
    assert "There were too many tries" in answers[-1][1]
