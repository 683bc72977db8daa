"""One task by a link in an e-mail: it opens that task, once, and nothing else."""

from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import parse_qs, unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.conftest import Browser, engine_of


@pytest.fixture
def task(app: Flask, case: int) -> int:
    """A task of the chair of governors: to share the summary of a SISG meeting."""
    engine = engine_of(app)
    for element, values in (
        ("document-evidence", {"evidence_summary": "x"}),
        ("consider-evidence", {"head_of_bsa_decision": "escalate", "school_category": "getting to good"}),
        ("set-up-sisg", {}),
        ("hold-sisg", {"sisg_minutes": "TOP-SECRET-MINUTES"}),
    ):
        found = next(each for each in engine.tasks.open(1) if each.element == element)
        engine.tasks.complete(found.id, values, by="story")
    return next(each.id for each in engine.tasks.open(1) if each.element == "share-summary")


def link(browser: Browser, task: int, email: str = "chair@example.org") -> str:
    _, page = browser.sign_in("seo").post(f"/tasks/{task}/link", email=email, role="chair-of-governors")
    found = re.search(r"/link/[^\"]+", page)
    assert found, page
    assert f"mailto:{email.replace('@', '%40')}" in page, page
    return found[0]


def visitor(app: Flask, address: str) -> FlaskClient:
    client = app.test_client()
    client.get(address)
    return client


def test_the_task_is_done_by_whoever_has_the_link(app: Flask, browser: Browser, task: int) -> None:
    _, page = browser.sign_in("seo").get("/cases/1")
    assert f"/tasks/{task}/link" in page, "for the chair's task, not for the SEO's"
    assert page.count("Make a link<") == 1, "for the chair's task, not for the SEO's"
    address = link(browser, task)
    client = visitor(app, address)
    page = client.get(f"/tasks/{task}").get_data(as_text=True)
    assert "SISG summary" in page
    assert 'name="governing_body_summary"' in page
    assert "Start a case" not in page
    assert "Claim" not in page
    answers = {
        "governing_body_summary": "Noted.",
        "governing_body_date-day": "7",
        "governing_body_date-month": "9",
        "governing_body_date-year": "2026",
    }
    answer = client.post(f"/tasks/{task}", data=answers, follow_redirects=True)
    assert "Your answer is recorded" in answer.get_data(as_text=True), answer.get_data(as_text=True)
    assert client.get(f"/tasks/{task}").status_code == 302, "the visitor is signed out"
    done = next(line for line in engine_of(app).cases.history(1) if line.element == "share-summary")
    assert done.by == "chair@example.org"


def test_a_guest_comes_to_that_task_only(app: Flask, browser: Browser, task: int) -> None:
    client = visitor(app, link(browser, task))
    for address in (
        "/tasks",
        "/cases",
        "/cases/1",
        "/schools",
        "/processes",
        "/calendar",
        f"/tasks/{task - 1}",
        "/start",
        "/batches",
    ):
        answer = client.get(address)
        assert answer.status_code in (403, 404), address
        assert "TOP-SECRET" not in answer.get_data(as_text=True)
    assert client.post(f"/tasks/{task}/claim").status_code == 403
    assert client.post("/cases/1/cancel").status_code == 403


def test_a_link_that_is_old_or_forged_opens_nothing(
    app: Flask, browser: Browser, task: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = link(browser, task)
    assert app.test_client().get(address + "x").status_code == 410
    client = visitor(app, address)
    monkeypatch.setattr("webapp.people.guests.DAYS", -1)
    assert "This link cannot be used" in app.test_client().get(address).get_data(as_text=True)
    assert client.get(f"/tasks/{task}").status_code == 302, "nor does a session that began with it go on"


def test_only_officers_make_links_for_open_tasks_of_people_outside(app: Flask, browser: Browser, task: int) -> None:
    assert browser.sign_in("seo").post(f"/tasks/{task}/link", email="nobody")[0] == 400
    assert browser.post(f"/tasks/{task}/link", email="a@example.org", role="service-director")[0] == 400
    assert browser.get(f"/tasks/{task - 1}/link")[0] == 404, "a task that is done"
    own = next(each.id for each in engine_of(app).tasks.open(1) if each.element == "update-on-progress")
    assert browser.get(f"/tasks/{own}/link")[0] == 404, "a task of the authority's own"
    assert browser.sign_in("headteacher").get(f"/tasks/{task}/link")[0] == 403
    assert browser.sign_in("seo", "elsewhere").get(f"/tasks/{task}/link")[0] == 404


def test_the_officer_is_asked_for_whom_the_link_is(browser: Browser, task: int) -> None:
    status, page = browser.sign_in("seo").get(f"/tasks/{task}/link")
    assert status == 200
    assert "Make a link to “" in page
    assert "They answer as: Chair of governors." in page
    assert "There is a problem" not in page
    assert "/link/" not in page, "no link is made before it is asked for"


@pytest.mark.parametrize(
    "wrong", ["", "nobody", "nobody@", "@example.org", "no body@example.org", "nobody@example.o", "<a@example.org>"]
)
def test_an_address_that_is_none_is_shown_again_with_what_to_do(browser: Browser, task: int, wrong: str) -> None:
    status, page = browser.sign_in("seo").post(f"/tasks/{task}/link", email=wrong)
    assert status == 400
    assert page.count("Enter an email address in the correct format, like name@example.org") == 2
    assert f'value="{escape(wrong)}"' in page or not wrong
    assert "Write the e-mail" not in page


def test_the_mail_names_the_task_and_carries_the_whole_link(browser: Browser, task: int) -> None:
    _, page = browser.sign_in("seo").post(f"/tasks/{task}/link", email=" Chair@Example.org ")
    mail = unescape(re.findall(r'href="(mailto:[^"]*)"', page)[0])
    shown = unescape(re.findall(r'id="link" value="([^"]*)"', page)[0])
    to, _, more = mail.removeprefix("mailto:").partition("?")
    said = parse_qs(more)
    assert unquote(to) == "chair@example.org"
    assert said["body"] == [shown]
    assert said["subject"] == re.findall(r"Make a link to “(.*)”</h1>", unescape(page))
    assert shown.startswith("http://localhost/link/"), "it is opened from somewhere else"
    assert "It works for 30 days" in page


def test_whoever_opens_a_link_is_no_longer_whoever_they_were(app: Flask, browser: Browser, task: int) -> None:
    address = link(browser, task)
    assert browser.get("/cases")[0] == 200
    with browser.client.session_transaction() as kept:
        kept["left"] = "by the officer"
    answer = browser.client.get(address)
    assert answer.headers["Location"] == f"/tasks/{task}"
    assert browser.get("/cases")[0] == 403
    with browser.client.session_transaction() as kept:
        assert "left" not in kept


def test_the_last_page_lets_a_guest_go_and_keeps_an_officer(app: Flask, browser: Browser, task: int) -> None:
    client = visitor(app, link(browser, task))
    with client.session_transaction() as kept:
        kept["left"] = "by the guest"
    assert "Your answer is recorded" in client.get("/link/done").get_data(as_text=True)
    assert client.get(f"/tasks/{task}").status_code == 302
    with client.session_transaction() as kept:
        assert "left" not in kept
    assert browser.get("/link/done")[0] == 200
    assert browser.get("/tasks")[0] == 200, "the officer stays signed in"


def test_a_link_that_cannot_be_used_says_for_how_long_it_could(app: Flask) -> None:
    assert "more than 30 days old" in app.test_client().get("/link/x").get_data(as_text=True)


def test_the_name_above_the_page_leads_a_visitor_to_their_task(app: Flask, browser: Browser, task: int) -> None:
    page = visitor(app, link(browser, task)).get("/cases/1").get_data(as_text=True)
    assert page.count(f'href="/tasks/{task}"') == 2, "the name above, and the link below the refusal"


@pytest.mark.parametrize("email", ["head\N{OWL}@example.org", "seo@barnsley.example.org"])
def test_no_link_is_made_for_what_is_no_address_or_for_somebody_with_an_account(
    browser: Browser, task: int, email: str
) -> None:
    assert browser.sign_in("seo").post(f"/tasks/{task}/link", email=email)[0] == 400
