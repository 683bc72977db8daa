"""Signing in and out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from lxml import html

from engine.people.authorities import load_authorities
from tests.webapp.conftest import Browser
from webapp import SAMPLE_PASSWORD, create_app

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("address", ["/cases%0d%0aX:1", "/cases%0aX:1", "/cases%0d"])
def test_an_address_to_go_on_to_writes_no_header(browser: Browser, address: str) -> None:
    data = {"username": "seo@barnsley.example.org", "password": SAMPLE_PASSWORD}
    answer = browser.client.post(f"/sign-in?next={address}", data=data)
    assert answer.headers["Location"] == "/tasks"


def test_signing_in(browser: Browser) -> None:
    status, page = browser.post("/sign-in", username="", password="")
    assert status == 400
    assert "Enter your email address" in page
    assert "Enter your password" in page
    for _ in range(5):
        assert browser.post("/sign-in", username="seo@barnsley.example.org", password="wrong")[0] == 400
    status, _ = browser.post("/sign-in", username="seo@barnsley.example.org", password="pathways")
    assert status == 400, "the account is locked after five wrong passwords"
    browser.client.application.config["CLOCK"].advance(timedelta(minutes=16))
    assert browser.post("/sign-in", username="seo@barnsley.example.org", password="pathways")[0] == 200


def test_signing_in_leads_nowhere_else(browser: Browser) -> None:
    data = {"username": "seo@barnsley.example.org", "password": "pathways"}
    for target in ("//evil.example.org", "https://evil.example.org", "/\\evil.example.org"):
        answer = browser.client.post("/sign-in", query_string={"next": target}, data=data)
        assert answer.headers["Location"] == "/tasks"


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
