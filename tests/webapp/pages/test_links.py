"""One task by a link in an e-mail: it opens that task, once, and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from html import escape, unescape
from urllib.parse import parse_qs, unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.clock import VirtualClock
from engine.store.tenancy import Scope
from tests.webapp.conftest import Browser, code_of, engine_of, visit


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


def link(browser: Browser, task: int, email: str = "chair@example.org", **more: str) -> str:
    given = {"email": email, "role": "chair-of-governors", "reason": "They were appointed yesterday.", **more}
    _, page = browser.sign_in("seo").post(f"/tasks/{task}/link", **given)
    found = re.search(r"/link/[^\"]+", page)
    assert found, page
    assert f"mailto:{email.replace('@', '%40')}" in page, page
    return found[0]


visitor = visit


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
    done = next(
        line for line in engine_of(app).cases.history(1) if line.element == "share-summary" and line.how == "completed"
    )
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
    assert client.get(f"/tasks/{task}").status_code == 410, "nor does a session that began with it go on"


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
    given = {"email": " Chair@Example.org ", "reason": "They were appointed yesterday."}
    _, page = browser.sign_in("seo").post(f"/tasks/{task}/link", **given)
    mail = unescape(re.findall(r'href="(mailto:[^"]*)"', page)[0])
    shown = unescape(re.findall(r'id="link" value="([^"]*)"', page)[0])
    to, _, more = mail.removeprefix("mailto:").partition("?")
    said = parse_qs(more)
    assert unquote(to) == "chair@example.org"
    [body], [subject] = said["body"], said["subject"]
    assert shown in body.splitlines()
    assert "Barnsley (sample) asks you, as Chair of governors for Sampleby" in body
    assert "Sasha Example sends you this link." in body
    assert re.search(r"^  By \w+ \d+ September 2026$", body, re.M), body
    assert subject.startswith(re.findall(r"Make a link to “(.*)”</h1>", unescape(page))[0])
    assert shown.startswith("http://localhost/link/"), "it is opened from somewhere else"
    assert "It works for 30 days" in page


def test_whoever_opens_a_link_is_no_longer_whoever_they_were(app: Flask, browser: Browser, task: int) -> None:
    address = link(browser, task)
    assert browser.get("/cases")[0] == 200
    with browser.client.session_transaction() as kept:
        kept["left"] = "by the officer"
    browser.client.post(address)
    answer = browser.client.post(address, data={"code": code_of(app)})
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


def test_before_the_code_is_entered_nothing_is_shown(app: Flask, browser: Browser, task: int) -> None:
    address = link(browser, task)
    client = app.test_client()
    page = client.get(address).get_data(as_text=True)
    assert "This link is for chair@example.org." in page
    assert "SISG" not in page
    assert "Six digits, sent to chair@example.org" in client.post(address).get_data(as_text=True)
    assert client.get(f"/tasks/{task}").status_code == 302


def test_a_wrong_code_opens_nothing_and_after_five_not_even_the_right_one(
    app: Flask, browser: Browser, task: int
) -> None:
    address = link(browser, task)
    client = app.test_client()
    client.post(address)
    right = code_of(app)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        answer = client.post(address, data={"code": wrong})
        assert answer.status_code == 400
        assert "That is not the code" in answer.get_data(as_text=True)
    assert client.post(address, data={"code": right}).status_code == 400
    assert client.get(f"/tasks/{task}").status_code == 302


@pytest.mark.parametrize("code", ["", "12", "abcdef", "12 34", "1234567", "१२३४५६"])
def test_what_can_be_no_code_is_no_try(app: Flask, browser: Browser, task: int, code: str) -> None:
    address = link(browser, task)
    client = app.test_client()
    client.post(address)
    for _ in range(6):
        answer = client.post(address, data={"code": code})
        assert answer.status_code == 400
        assert "Enter the six digits of the code" in answer.get_data(as_text=True)
    assert client.post(address, data={"code": code_of(app)}).status_code == 302


def test_after_five_wrong_codes_it_is_said_when_another_can_be_sent(app: Flask, browser: Browser, task: int) -> None:
    address = link(browser, task)
    client = app.test_client()
    client.post(address)
    for _ in range(5):
        client.post(address, data={"code": "000000" if code_of(app) != "000000" else "111111"})
    answer = client.post(address)
    assert answer.status_code == 429
    assert "another code can be sent from 10:00" in answer.get_data(as_text=True)


def test_to_load_the_page_of_a_link_again_makes_no_other(app: Flask, browser: Browser, task: int) -> None:
    given = {"email": "chair@example.org", "role": "chair-of-governors", "reason": "They were appointed yesterday."}
    answer = browser.sign_in("seo").client.post(f"/tasks/{task}/link", data=given)
    assert answer.status_code == 302
    for _ in range(2):
        assert "This link opens this one task" in browser.get(answer.headers["Location"])[1]
    assert len(engine_of(app).links.of_task(task, Scope("barnsley", everything=True))) == 1


def test_a_link_is_shown_to_whoever_made_it_only(app: Flask, browser: Browser, task: int) -> None:
    link(browser, task)
    _, page = browser.sign_in("head-of-bsa").get(f"/tasks/{task}/link?made=1")
    assert "/link/" not in page


def test_whoever_writes_on_after_their_task_was_done_is_told_so_and_keeps_their_words(
    app: Flask, browser: Browser, task: int
) -> None:
    client = visitor(app, link(browser, task))
    engine_of(app).tasks.complete(task, {"governing_body_summary": "Done."}, by="story")
    answer = client.post(f"/tasks/{task}", data={"governing_body_summary": "What I have to say."})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 410
    assert "This link has ended" in page
    assert "What I have to say." in page
    assert "Password" not in page


def test_a_visitor_whose_browser_forgot_them_is_sent_back_to_their_mail(
    app: Flask, browser: Browser, task: int
) -> None:
    client = visitor(app, link(browser, task))
    client.delete_cookie("session")
    page = client.get(f"/tasks/{task}", follow_redirects=True).get_data(as_text=True)
    assert "you need no password: open the link again" in page


def test_guesses_are_not_gone_on_with_by_asking_for_code_after_code(
    app: Flask, browser: Browser, task: int, clock: VirtualClock
) -> None:
    address = link(browser, task)
    client = app.test_client()
    client.post(address)
    first = code_of(app)
    for _ in range(5):
        client.post(address, data={"code": "000000" if first != "000000" else "111111"})
    clock.advance(timedelta(minutes=50))
    client.post(address)
    assert code_of(app) == first, "no other code was sent"
    clock.advance(timedelta(minutes=11))
    client.post(address)
    assert client.post(address, data={"code": code_of(app)}).status_code == 302


def test_a_link_goes_to_the_register_s_people_unless_a_reason_is_given(browser: Browser, task: int) -> None:
    status, page = browser.sign_in("seo").post(f"/tasks/{task}/link", email="me@example.org")
    assert status == 400
    assert "The register of people does not have me@example.org in this role for the school." in page
    assert "There are no links" not in page
    assert "me@example.org, made by" not in page


def test_what_became_of_a_link_stands_in_the_story(app: Flask, browser: Browser, task: int) -> None:
    address = link(browser, task)
    visitor(app, address)
    browser.post("/links/1/end")
    told = [
        (line.how, line.by, line.detail)
        for line in engine_of(app).cases.history(1)
        if "link" in line.how or line.how == "opened"
    ]
    assert told == [
        ("linked", "seo@barnsley.example.org", {"to": "chair@example.org", "reason": "They were appointed yesterday."}),
        ("opened", "chair@example.org", {}),
        ("unlinked", "seo@barnsley.example.org", {"to": "chair@example.org"}),
    ]
    page = browser.get("/cases/1")[1]
    assert "a link to it was made" in page
    assert "To chair@example.org. Reason: They were appointed yesterday." in page


def test_an_ended_link_ends_the_session_that_began_with_it(app: Flask, browser: Browser, task: int) -> None:
    address = link(browser, task)
    client = visitor(app, address)
    assert client.get(f"/tasks/{task}").status_code == 200
    _, page = browser.post("/links/1/end")
    assert "The link has ended." in page
    assert client.get(f"/tasks/{task}").status_code == 410
    answer = app.test_client().get(address)
    assert answer.status_code == 410
    assert "This link has ended" in answer.get_data(as_text=True)


def test_when_the_task_is_done_the_link_shows_nothing_of_it(app: Flask, browser: Browser, task: int) -> None:
    address = link(browser, task)
    engine_of(app).tasks.complete(task, {"governing_body_summary": "SECRET-ANSWER"}, by="story")
    client = app.test_client()
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 410
        assert "This link has ended" in answer.get_data(as_text=True)
        assert "SECRET-ANSWER" not in answer.get_data(as_text=True)


def test_a_browser_in_which_the_code_was_entered_opens_the_link_again_without_one(
    app: Flask, browser: Browser, task: int
) -> None:
    address = link(browser, task)
    client = visitor(app, address)
    client.delete_cookie("session")
    assert client.get(address).headers["Location"] == f"/tasks/{task}"
    assert client.get(f"/tasks/{task}").status_code == 200


def test_whoever_signs_out_is_asked_for_a_code_again(app: Flask, browser: Browser, task: int) -> None:
    address = link(browser, task)
    client = visitor(app, address)
    client.post("/sign-out")
    assert "Confirm your email address" in client.get(address).get_data(as_text=True)


def test_another_link_or_another_browser_is_not_opened_by_it(app: Flask, browser: Browser, task: int) -> None:
    client = visitor(app, link(browser, task))
    other = link(browser, task, "second@example.org")
    client.delete_cookie("session")
    assert "Confirm your email address" in client.get(other).get_data(as_text=True)


def test_an_officer_in_the_same_browser_is_not_signed_out_by_looking_at_a_link(
    app: Flask, browser: Browser, task: int
) -> None:
    address = link(browser, task)
    browser.client.post(address)
    browser.client.post(address, data={"code": code_of(app)})
    browser.sign_in("seo")
    assert "Confirm your email address" in browser.get(address)[1]
    assert browser.get("/cases")[0] == 200


def test_what_is_confidential_is_named_before_the_link_is_made(browser: Browser, task: int) -> None:
    page = browser.sign_in("seo").get(f"/tasks/{task}/link")[1]
    assert "Do they read what is confidential?" in page
    assert "Minutes of the SISG (confidential to the group). It is left out unless you tick this." in page


def test_a_link_shows_nothing_confidential_unless_that_was_asked_for(app: Flask, browser: Browser, task: int) -> None:
    page = visitor(app, link(browser, task)).get(f"/tasks/{task}").get_data(as_text=True)
    assert "TOP-SECRET-MINUTES" not in page
    assert "What is confidential is left out here." in page
    assert 'name="governing_body_summary"' in page, "what is asked of them is asked"


def test_a_link_that_shows_what_is_confidential_says_so_in_the_story(app: Flask, browser: Browser, task: int) -> None:
    page = visitor(app, link(browser, task, confidential="1")).get(f"/tasks/{task}").get_data(as_text=True)
    assert "TOP-SECRET-MINUTES" in page
    assert "What is confidential is left out" not in page
    story = browser.get("/cases/1")[1]
    assert "It shows what is confidential: Minutes of the SISG (confidential to the group)." in story


def test_nothing_confidential_goes_off_the_register_without_a_reason(browser: Browser, task: int) -> None:
    given = {"email": "me@example.org", "confidential": "1", "reason": ""}
    status, page = browser.sign_in("seo").post(f"/tasks/{task}/link", **given)
    assert status == 400
    assert "me@example.org, made by" not in page


def test_a_second_click_makes_no_second_link(app: Flask, browser: Browser, task: int) -> None:
    link(browser, task)
    link(browser, task)
    assert len(engine_of(app).links.of_task(task, Scope("barnsley", everything=True))) == 1


def test_whoever_has_opened_a_link_is_asked_for_no_code_in_another_tab(app: Flask, browser: Browser, task: int) -> None:
    address = link(browser, task)
    assert visitor(app, address).get(address).headers["Location"] == f"/tasks/{task}"


def test_a_second_code_does_not_spoil_the_first(app: Flask, browser: Browser, task: int, clock: VirtualClock) -> None:
    address = link(browser, task)
    client = app.test_client()
    client.post(address)
    first = code_of(app)
    clock.advance(timedelta(minutes=10))
    client.post(address)
    assert client.post(address, data={"code": first}).headers["Location"] == f"/tasks/{task}"


def test_a_code_is_too_late_after_fifteen_minutes(app: Flask, browser: Browser, task: int, clock: VirtualClock) -> None:
    address = link(browser, task)
    client = app.test_client()
    client.post(address)
    first = code_of(app)
    clock.advance(timedelta(minutes=16))
    client.post(address)
    assert client.post(address, data={"code": first}).status_code == 400


class TestForwarded:
    """Whoever has the link of somebody else, and not their mailbox."""

    @pytest.fixture
    def address(self, browser: Browser, task: int) -> str:
        return link(browser, task)

    def wrong(self, app: Flask, client: FlaskClient, address: str, number: int = 5) -> None:
        for _ in range(number):
            client.post(address, data={"code": "000000" if code_of(app) != "000000" else "111111"})

    def test_their_wrong_codes_do_not_keep_the_guest_out(self, app: Flask, address: str) -> None:
        guest, stranger = app.test_client(), app.test_client()
        guest.post(address)
        sent = code_of(app)
        stranger.post(address)
        self.wrong(app, stranger, address)
        assert guest.post(address, data={"code": sent}).status_code == 302

    def test_nor_from_another_code(self, app: Flask, address: str) -> None:
        guest, stranger = app.test_client(), app.test_client()
        stranger.post(address)
        self.wrong(app, stranger, address)
        guest.post(address)
        assert guest.post(address, data={"code": code_of(app)}).status_code == 302

    def test_a_code_is_good_in_the_browser_that_asked_alone(self, app: Flask, address: str) -> None:
        guest, stranger = app.test_client(), app.test_client()
        guest.post(address)
        stranger.post(address)
        guest_s = code_of(app)
        assert guest.post(address, data={"code": guest_s}).status_code == 400

    def at(self, app: Flask, place: int) -> FlaskClient:
        """A browser at another address of the network."""
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{place}"
        return client

    def tried_out(self, app: Flask, address: str, clock: VirtualClock) -> None:
        """As many wrong codes as end the link, each against a code of its own browser, from many addresses."""
        for number in range(40):
            stranger = self.at(app, 100 + number)
            stranger.post(address)
            self.wrong(app, stranger, address)
            clock.advance(timedelta(minutes=2))

    def test_who_forgets_their_cookie_guesses_no_longer_than_the_link_lasts(
        self, app: Flask, address: str, clock: VirtualClock
    ) -> None:
        self.tried_out(app, address, clock)
        assert app.test_client().get(address).status_code == 410

    def test_the_page_says_why_it_has_ended(self, app: Flask, address: str, clock: VirtualClock) -> None:
        self.tried_out(app, address, clock)
        page = app.test_client().get(address).get_data(as_text=True)
        assert "too many wrong codes were entered" in page
        assert "The task is done" not in page

    def test_so_does_the_page_of_whoever_was_let_in(self, app: Flask, address: str, clock: VirtualClock) -> None:
        guest = app.test_client()
        guest.post(address)
        inside = guest.post(address, data={"code": code_of(app)}).headers["Location"]
        self.tried_out(app, address, clock)
        assert "too many wrong codes were entered" in guest.get(inside).get_data(as_text=True)

    def test_the_officer_who_made_it_is_told(
        self, app: Flask, browser: Browser, address: str, clock: VirtualClock
    ) -> None:
        self.tried_out(app, address, clock)
        assert "Your link to chair@example.org has ended" in browser.sign_in("seo").get("/notices")[1]

    def test_who_ends_a_link_themselves_is_told_nothing(self, app: Flask, browser: Browser, address: str) -> None:
        engine_of(app).links.end(1, Scope("barnsley", frozenset({"seo"}), "seo@barnsley.example.org"))
        assert "Your link to" not in browser.sign_in("seo").get("/notices")[1]

    def test_codes_that_were_never_sent_to_a_browser_cannot_be_guessed_there_and_do_not_count(
        self, app: Flask, address: str
    ) -> None:
        for _ in range(250):
            app.test_client().post(address, data={"code": "000000"})
        guest = app.test_client()
        guest.post(address)
        assert guest.post(address, data={"code": code_of(app)}).status_code == 302

    def test_nor_do_more_after_a_browser_had_its_five(self, app: Flask, address: str) -> None:
        stranger = self.at(app, 1)
        stranger.post(address)
        self.wrong(app, stranger, address, 250)
        assert app.test_client().get(address).status_code == 200

    def test_no_more_than_ten_codes_are_under_way_from_one_address(self, app: Flask, address: str) -> None:
        assert [self.at(app, 1).post(address).status_code for _ in range(11)] == [200] * 10 + [429]

    def test_which_does_not_keep_the_guest_out_at_another(self, app: Flask, address: str) -> None:
        for _ in range(11):
            self.at(app, 1).post(address)
        guest = self.at(app, 2)
        guest.post(address)
        assert guest.post(address, data={"code": code_of(app)}).status_code == 302

    def test_an_address_of_many_browsers_rests_after_twenty_wrong_codes(
        self, app: Flask, address: str, clock: VirtualClock
    ) -> None:
        for _ in range(5):
            stranger = self.at(app, 1)
            stranger.post(address)
            self.wrong(app, stranger, address, 4)
        assert self.at(app, 1).post(address).status_code == 429
        clock.advance(timedelta(minutes=16))
        assert self.at(app, 1).post(address).status_code == 429
        clock.advance(timedelta(minutes=45))
        assert self.at(app, 1).post(address).status_code == 200

    def test_a_link_has_no_more_than_fifty_codes_under_way(self, app: Flask, address: str) -> None:
        assert [self.at(app, place % 10).post(address).status_code for place in range(51)] == [200] * 50 + [429]
