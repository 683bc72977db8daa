"""Comments on the pages: on a task and on a case, kept while they are typed, and left out of what goes outside."""

from __future__ import annotations

from flask import Flask

from tests.webapp.conftest import Browser, link_to, visit

SAID = {"text": "Look at the phonics data, @Hari Madeup."}


def test_a_comment_stands_on_the_task_the_case_and_its_chronology(browser: Browser, case: int) -> None:
    status, page = browser.post("/tasks/1/comments", **SAID)
    assert status == 200
    assert "Your comment is added." in page
    for address in ("/tasks/1", "/tasks/1/comments", "/cases/1", "/cases/1/comments", "/cases/1/chronology"):
        page = browser.sign_in("head-of-bsa").get(address)[1] if address != "/tasks/1" else page
        assert "Look at the phonics data" in page or address.startswith("/tasks"), address
    page = browser.get("/tasks")[1]
    assert "Sasha Example mentions you: SEO evidence summary, Sampleby" in page


def test_what_is_wrong_is_said_and_what_was_typed_stays(browser: Browser, case: int) -> None:
    status, page = browser.post("/cases/1/comments", text="Ask @Harry Madeup")
    assert status == 400
    assert "nobody here is called “Harry Madeup”. Is it Hari Madeup?" in page
    assert "Ask @Harry Madeup</textarea>" in page
    assert browser.post("/cases/1/comments", text="")[0] == 400


def test_somebody_is_chosen_to_be_told(browser: Browser, case: int) -> None:
    browser.post("/cases/1/comments", text="The visit is on Friday.", tell="head-of-bsa@barnsley.example.org")
    assert "Hari Madeup was told of it." in browser.get("/cases/1/comments")[1]


def test_people_of_schools_and_visitors_read_none(app: Flask, browser: Browser, case: int) -> None:
    browser.post("/tasks/1/comments", **SAID)
    guest = Browser(visit(app, link_to(app, 1, "seo")))
    assert "phonics" not in guest.get("/tasks/1")[1]
    assert guest.get("/tasks/1/comments")[0] == 403
    assert browser.sign_in("headteacher").get("/cases/1/comments")[0] == 403


def test_a_record_for_the_outside_says_that_something_was_left_out(browser: Browser, case: int) -> None:
    browser.post("/cases/1/comments", text="Between ourselves.")
    _, page = browser.sign_in("service-director").get("/cases/1/pack")
    assert "Between ourselves." not in page
    assert "Comment" in page
    assert "Between ourselves." in browser.get("/cases/1/pack?reader=head-of-bsa")[1]
    assert "Between ourselves." not in browser.get("/cases/1/pack?reader=headteacher")[1]
