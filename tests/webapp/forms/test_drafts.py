"""Nothing that somebody typed is lost: every way in which it was, as a test."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from engine.clock import VirtualClock
from engine.store.tables import Draft
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import CONCERN, EVIDENCE, Browser, engine_of, link_to, visit
from webapp.settings import SAMPLE_PASSWORD

HALF = "Half a sentence that took an hour"
START = "/start/barnsley-escalation/100001"


@pytest.fixture
def second(app: Flask) -> Browser:
    """A colleague of the same role, at another machine."""
    return Browser(app.test_client()).sign_in("system-leader")


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's own form, as its browser sends them along."""
    found = html.fromstring(page).xpath("//main//form//input[@type='hidden']")
    return {each.get("name"): each.get("value") for each in found}


def answers(page: str) -> str:
    return str(html.fromstring(page).xpath("string(//textarea[@name='evidence_summary'])")).strip()


class TestSaving:
    def test_saves_what_is_not_finished_and_judges_nothing(self, browser: Browser, case: int) -> None:
        status, page = browser.post("/tasks/1", evidence_summary=HALF, draft="save")
        assert status == 200
        assert "Your answers are saved. Nobody else sees them." in page

    def test_another_machine_has_it_with_when_it_was_saved(self, app: Flask, browser: Browser, case: int) -> None:
        browser.post("/tasks/1", evidence_summary=HALF, draft="save")
        _, page = Browser(app.test_client()).sign_in("seo").get("/tasks/1")
        assert answers(page) == HALF
        assert "You saved these answers on 7 September 2026 at 9:00am." in page

    def test_nobody_else_gets_it(self, browser: Browser, second: Browser, case: int) -> None:
        browser.post("/tasks/1", evidence_summary=HALF, draft="save")
        assert HALF not in second.get("/tasks/1")[1]
        assert HALF not in browser.sign_in("service-director").get("/cases/1")[1]

    def test_is_asked_for_by_the_script_in_a_sentence(self, browser: Browser, case: int) -> None:
        answer = browser.client.post("/tasks/1", data={"evidence_summary": HALF, "draft": "typing"})
        assert answer.json["message"] == "Saved on 7 September 2026 at 9:00am"
        assert answers(browser.get("/tasks/1")[1]) == HALF

    def test_discarding_gives_the_empty_form_again(self, browser: Browser, case: int) -> None:
        browser.post("/tasks/1", evidence_summary=HALF, draft="save")
        _, page = browser.post("/tasks/1", draft="discard")
        assert "What you had saved is discarded." in page
        assert answers(page) == ""

    def test_an_empty_form_is_no_draft(self, browser: Browser, case: int) -> None:
        assert "You have typed nothing" in browser.post("/tasks/1", evidence_summary="", draft="save")[1]
        assert "You saved these answers" not in browser.get("/tasks/1")[1]

    def test_emptying_the_form_forgets_what_was_saved(self, browser: Browser, case: int) -> None:
        browser.post("/tasks/1", evidence_summary=HALF, draft="save")
        browser.post("/tasks/1", evidence_summary="", draft="typing")
        assert "You saved these answers" not in browser.get("/tasks/1")[1]

    def test_the_enter_key_does_not_discard(self, browser: Browser, case: int) -> None:
        browser.post("/tasks/1", evidence_summary=HALF, draft="save")
        form = html.fromstring(browser.get("/tasks/1")[1]).xpath("//main//form[@data-conditions]")[0]
        assert form.xpath("(.//button)[1]/@name") == []


class TestWhatDoesNotGoThrough:
    def test_a_form_with_a_mistake_is_there_again_tomorrow(self, browser: Browser, case: int) -> None:
        assert browser.post("/tasks/1", evidence_leadership=HALF)[0] == 400
        assert HALF in browser.get("/tasks/1")[1]

    def test_claiming_keeps_it(self, browser: Browser, case: int) -> None:
        browser.post("/tasks/1/claim", evidence_summary=HALF)
        assert answers(browser.get("/tasks/1")[1]) == HALF

    def test_a_task_that_a_colleague_completed_shows_both_answers(
        self, browser: Browser, second: Browser, case: int
    ) -> None:
        second.post("/tasks/1", **EVIDENCE | {"evidence_summary": "What the first of us saw."})
        status, page = browser.post("/tasks/1", **EVIDENCE | {"evidence_summary": HALF})
        assert status == 409
        assert "This task is no longer open" in page
        assert "What the first of us saw." in page
        assert HALF in page

    def test_mine_can_be_copied_on_the_next_day_too(
        self, app: Flask, browser: Browser, second: Browser, case: int
    ) -> None:
        browser.post("/tasks/1", evidence_summary=HALF, draft="typing")
        second.post("/tasks/1", **EVIDENCE)
        app.config["CLOCK"].advance(timedelta(days=1))
        _, page = browser.get("/tasks/1")
        assert "It is no part of the case, and nobody else sees it." in page
        assert HALF in page
        assert HALF not in second.get("/tasks/1")[1]

    def test_mine_can_be_thrown_away_after_that(self, browser: Browser, second: Browser, case: int) -> None:
        browser.post("/tasks/1", evidence_summary=HALF, draft="typing")
        second.post("/tasks/1", **EVIDENCE)
        assert HALF not in browser.post("/tasks/1", draft="discard")[1]

    def test_a_task_that_a_colleague_claimed_meanwhile_keeps_mine(
        self, browser: Browser, second: Browser, case: int
    ) -> None:
        second.post("/tasks/1/claim")
        status, page = browser.post("/tasks/1", **EVIDENCE | {"evidence_summary": HALF})
        assert status == 409
        assert "This task has been claimed by Lee Sampleton" in page
        assert HALF in browser.get("/tasks/1")[1]

    def test_the_script_is_told_that_it_is_too_late_and_the_words_are_kept(
        self, browser: Browser, second: Browser, case: int
    ) -> None:
        second.post("/tasks/1", **EVIDENCE)
        answer = browser.client.post("/tasks/1", data={"evidence_summary": HALF, "draft": "typing"})
        assert answer.status_code == 409
        assert "no longer open" in (answer.json or {})["message"]
        assert HALF in browser.get("/tasks/1")[1]

    def test_a_script_that_comes_after_ones_own_click_leaves_no_draft(self, browser: Browser, case: int) -> None:
        browser.post("/tasks/1", **EVIDENCE)
        browser.client.post("/tasks/1", data={"evidence_summary": HALF, "draft": "typing"})
        assert "What you typed</h2>" not in browser.get("/tasks/1")[1]

    def test_a_start_that_is_refused_is_saved_and_leads_back(self, browser: Browser, case: int) -> None:
        status, page = browser.post(START, **CONCERN | {"concern_description": HALF})
        assert status == 409
        assert html.fromstring(page).xpath("//a[text()='Go back to it']/@href") == [START]

    def test_a_start_form_is_saved_and_forgotten_when_the_case_begins(self, browser: Browser) -> None:
        browser.sign_in("seo").post(START, concern_description=HALF, draft="save")
        assert HALF in browser.get(START)[1]
        browser.post(START, **CONCERN)
        with engine_of(browser.client.application).reading() as session:
            assert session.scalars(select(Draft)).all() == []

    def test_a_report_of_an_event_is_saved(self, browser: Browser, case: int) -> None:
        listed = html.fromstring(browser.get("/schools/100001/events")[1]).xpath("//main//a/@href")
        events = [str(each) for each in listed if "/events/" in each]
        asked = {each: html.fromstring(browser.get(each)[1]).xpath("//main//textarea/@name") for each in events}
        address, form = next((each, names) for each, names in asked.items() if names)
        browser.post(address, **{form[0]: HALF}, draft="save")
        assert HALF in browser.get(address)[1]


class TestSignedOut:
    """The cookie is gone, or the secret key is another since a restart: the page that is open is all there is."""

    @pytest.fixture
    def out(self, app: Flask, browser: Browser, case: int) -> FlaskClient:
        """The browser, its page open and its session gone."""
        self.fields = hidden(browser.get("/tasks/1")[1])
        app.config["WTF_CSRF_ENABLED"] = True
        browser.client.delete_cookie("session")
        return browser.client

    def sign_in(self, out: FlaskClient, page: str, who: str = "seo") -> str:
        form = html.fromstring(page).xpath("//main//form")[0]
        data = hidden(page) | {"username": f"{who}@barnsley.example.org", "password": SAMPLE_PASSWORD}
        return out.post(form.get("action"), data=data, follow_redirects=True).get_data(as_text=True)

    def test_whoever_completes_is_asked_to_sign_in_and_goes_on(self, out: FlaskClient) -> None:
        answer = out.post("/tasks/1", data=self.fields | {"evidence_summary": HALF})
        page = answer.get_data(as_text=True)
        assert answer.status_code == 401
        assert "Nothing you typed is lost" in page
        assert answers(self.sign_in(out, page)) == HALF

    def test_a_wrong_password_loses_nothing(self, out: FlaskClient) -> None:
        page = out.post("/tasks/1", data=self.fields | {"evidence_summary": HALF}).get_data(as_text=True)
        form = html.fromstring(page).xpath("//main//form")[0]
        data = hidden(page) | {"username": "seo@barnsley.example.org", "password": "no"}
        assert answers(self.sign_in(out, out.post(form.get("action"), data=data).get_data(as_text=True))) == HALF

    def test_another_person_at_the_machine_does_not_get_it(self, out: FlaskClient) -> None:
        page = out.post("/tasks/1", data=self.fields | {"evidence_summary": HALF}).get_data(as_text=True)
        page = self.sign_in(out, page, "system-leader")
        assert "somebody else’s" in page
        assert HALF not in page

    def test_what_no_page_of_ours_has_carried_is_not_kept(self, out: FlaskClient) -> None:
        page = out.post("/tasks/1", data={"evidence_summary": HALF}).get_data(as_text=True)
        for carried in ("no JSON", "[]", '{"fields": 3}', json.dumps({"fields": [["a", "b"]]})):
            broken = re.sub(r'name="carried" value="[^"]*"', f'name="carried" value="{carried and ""}"', page)
            form = html.fromstring(broken).xpath("//main//form")[0]
            data = hidden(broken) | {"username": "seo@barnsley.example.org", "password": SAMPLE_PASSWORD}
            answer = out.post(form.get("action"), data=data | {"carried": carried})
            assert answer.status_code == 302
            out.delete_cookie("session")
            page = out.post("/tasks/1", data={"evidence_summary": HALF}).get_data(as_text=True)

    def test_whoever_signed_in_again_in_another_window_goes_on_with_a_click(
        self, app: Flask, browser: Browser, out: FlaskClient
    ) -> None:
        app.config["WTF_CSRF_ENABLED"] = False
        browser.sign_in("seo")
        app.config["WTF_CSRF_ENABLED"] = True
        page = out.post("/tasks/1", data=self.fields | {"evidence_summary": HALF}).get_data(as_text=True)
        assert "nothing you typed is lost" in page
        form = html.fromstring(page).xpath("//main//form")[0]
        page = out.post(form.get("action"), data=hidden(page), follow_redirects=True).get_data(as_text=True)
        assert answers(page) == HALF

    def test_the_script_is_told_what_to_do(self, out: FlaskClient) -> None:
        answer = out.post("/tasks/1", data=self.fields | {"evidence_summary": HALF, "draft": "typing"})
        assert answer.status_code == 401
        assert "choose “Save and come back later” to sign in and go on" in (answer.json or {})["message"]


def test_a_guest_finds_what_they_typed_by_their_link(app: Flask, clock: VirtualClock) -> None:
    form = b'{"id": "f", "type": "default", "components": [{"type": "textarea", "key": "said", "label": "Said"}]}'
    drawn = bpmn(
        '<startEvent id="s"/><userTask id="a" name="Your view" camunda:formKey="barnsley/f" camunda:candidateGroups="headteacher"/>'
        '<endEvent id="e"/>',
        "s>a a>e",
        key="asks",
    )
    engine = engine_of(app)
    engine.deployments.deploy({"asks.bpmn": drawn, "forms/f.form": form}, "barnsley", strict=False)
    engine.cases.start("asks", authority="barnsley", school="100001")
    link = link_to(app, 1, "headteacher")
    guest = visit(app, link)
    assert guest.post("/tasks/1", data={"said": HALF, "draft": "save"}).headers["Location"].endswith("/tasks/1")
    clock.advance(timedelta(minutes=2))
    assert HALF in visit(app, link).get("/tasks/1").get_data(as_text=True)


class TestTwoWindows:
    """One person has the same form open twice: neither undoes the other unseen."""

    @pytest.fixture
    def versions(self, browser: Browser, case: int) -> tuple[str, str]:
        """The draft's state as the first window knows it after it has saved, and as the second knows it."""
        browser.post("/tasks/1", evidence_summary="BASE", draft="save")
        (stale,) = html.fromstring(browser.get("/tasks/1")[1]).xpath("//input[@name='version']/@value")
        answer = browser.client.post("/tasks/1", data={"evidence_summary": HALF, "draft": "typing", "version": stale})
        return answer.json["version"], stale

    def test_the_one_that_goes_on_is_saved(self, browser: Browser, versions: tuple[str, str]) -> None:
        given = {"evidence_summary": HALF + " And more.", "draft": "typing", "version": versions[0]}
        assert browser.client.post("/tasks/1", data=given).status_code == 200
        assert answers(browser.get("/tasks/1")[1]) == HALF + " And more."

    def test_the_other_is_told_and_undoes_nothing(self, browser: Browser, versions: tuple[str, str]) -> None:
        given = {"evidence_summary": "Other words", "draft": "typing", "version": versions[1]}
        answer = browser.client.post("/tasks/1", data=given)
        assert answer.status_code == 409
        assert (
            "You have this form open in another window too, and saved it there on 7 September" in answer.json["message"]
        )
        assert answers(browser.get("/tasks/1")[1]) == HALF

    def test_saving_by_the_button_asks_first_and_then_does(self, browser: Browser, versions: tuple[str, str]) -> None:
        given = {"evidence_summary": "Other words", "draft": "save"}
        _, page = browser.post("/tasks/1", **given, version=versions[1])
        assert "To put it in the stead of that, save again." in page
        assert answers(page) == "Other words"
        (known,) = html.fromstring(page).xpath("//input[@name='version']/@value")
        assert "Your answers are saved." in browser.post("/tasks/1", **given, version=known)[1]
        assert answers(browser.get("/tasks/1")[1]) == "Other words"
