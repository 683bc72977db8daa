"""My day: what is late, due this week and to come, what others are asked, what I did; searched, narrowed, counted truly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from lxml import html

from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import EVIDENCE, Browser, engine_of, say_in_file

DIAGRAM = bpmn(
    '<startEvent id="s"/>'
    '<userTask id="soon" name="Ring the head" camunda:candidateGroups="seo" camunda:dueDate="P3D"/>'
    '<userTask id="later" name="Write the report" camunda:candidateGroups="seo" camunda:dueDate="P30D"/>'
    '<userTask id="theirs" name="Answer the letter" camunda:candidateGroups="headteacher" camunda:dueDate="P10D"/>'
    '<parallelGateway id="g"/><parallelGateway id="j"/><endEvent id="e"/>',
    "s>g g>soon g>later g>theirs soon>j later>j theirs>j j>e",
    key="work",
)


@pytest.fixture
def asked(app: Flask, browser: Browser) -> Browser:
    """A case of Sampleby's that the SEO has begun: two tasks are theirs, one the head's."""
    engine = engine_of(app)
    engine.deployments.deploy({"work.bpmn": DIAGRAM}, "barnsley", strict=False)
    scope = engine.people.scope("barnsley", ["seo"], "seo@barnsley.example.org")
    engine.cases.start("work", by=scope, school="100001")
    return browser.sign_in("seo")


def names(browser: Browser, address: str) -> list[str]:
    """The tasks that a page lists."""
    found = html.fromstring(browser.get(address)[1]).xpath("//tbody//th//a/text()")
    return [" ".join(str(each).split()) for each in found]


def counts(browser: Browser) -> dict[str, str]:
    found = html.fromstring(browser.get("/tasks")[1]).xpath("//ul[@class='app-counts']/li/a")
    said = [" ".join(each.text_content().split()).split(" ", 1) for each in found]
    return {text: number for number, text in said}


def test_what_waits_is_grouped_and_counted_by_when_it_is_due(app: Flask, asked: Browser) -> None:
    assert counts(asked) == {"late": "0", "due this week": "1", "to come": "1"}
    groups = html.fromstring(asked.get("/tasks")[1]).xpath("//table/caption/text()")
    assert groups == ["Due this week", "To come"]
    app.config["CLOCK"].advance(timedelta(days=4))
    assert counts(asked) == {"late": "1", "due this week": "0", "to come": "1"}


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("late", []),
        ("week", ["Ring the head"]),
        ("later", ["Write the report"]),
        ("nonsense", ["Ring the head", "Write the report"]),
    ],
)
def test_each_count_leads_to_its_tasks(asked: Browser, when: str, found: list[str]) -> None:
    assert names(asked, f"/tasks?when={when}") == found


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("sampleby", ["Ring the head", "Write the report"]),
        ("REPORT", ["Write the report"]),
        ("Sasha", ["Ring the head"]),
        ("no such thing", []),
    ],
)
def test_a_search_finds_schools_tasks_and_people(asked: Browser, search: str, found: list[str]) -> None:
    asked.post("/tasks/1/claim")
    assert names(asked, f"/tasks?search={search}") == found


def test_a_search_without_a_find_says_so(asked: Browser) -> None:
    assert "No task fits that." in asked.get("/tasks?search=nowhere")[1]


def test_the_latest_come_first_when_asked(asked: Browser) -> None:
    assert names(asked, "/tasks?order=last") == ["Write the report", "Ring the head"]


def test_claimed_and_not_claimed(asked: Browser) -> None:
    asked.post("/tasks/1/claim")
    assert names(asked, "/tasks?show=mine") == ["Ring the head"]
    assert names(asked, "/tasks?show=unclaimed") == ["Write the report"]


def test_one_s_own_role_is_a_filter_and_another_s_finds_nothing(asked: Browser) -> None:
    assert names(asked, "/tasks?role=seo") == ["Ring the head", "Write the report"]
    assert asked.get("/tasks?role=headteacher")[0] == 200
    assert names(asked, "/tasks?role=headteacher") == []


def test_processes_that_run_inside_other_cases_only_are_no_filter(asked: Browser) -> None:
    offered = html.fromstring(asked.get("/tasks")[1]).xpath("//select[@id='process']/option/text()")
    assert "Schools escalation process" in offered
    assert not [each for each in offered if each.startswith("Stage ")]


def test_others_are_waited_for_with_whom_and_since_when(app: Flask, asked: Browser) -> None:
    app.config["CLOCK"].advance(timedelta(days=1))
    page = " ".join(html.fromstring(asked.get("/tasks/waiting")[1]).xpath("string(//tbody)").split())
    assert page.startswith("Answer the letter Sampleby Community Primary School Headteacher 7 September 2026")
    assert "Ring the head" not in page


def test_a_case_that_is_no_business_of_mine_is_not_waited_for(asked: Browser) -> None:
    assert "Nobody else is asked anything in your cases." in asked.sign_in("head-of-bsa").get("/tasks/waiting")[1]


def test_what_i_did_is_a_list_with_when(browser: Browser, case: int) -> None:
    assert "You have completed no task yet." in browser.get("/tasks/done")[1]
    browser.post("/tasks/1", **EVIDENCE)
    assert names(browser, "/tasks/done") == ["SEO evidence summary"]
    assert "7 September 2026 at 9:00am" in browser.get("/tasks/done")[1]


def test_a_task_with_a_draft_is_marked(browser: Browser, case: int) -> None:
    browser.post("/tasks/1", evidence_summary="Half", draft="save")
    page = browser.get("/tasks")[1]
    assert "Draft saved" in page


def test_a_start_that_was_saved_leads_back_to_its_form(browser: Browser) -> None:
    browser.sign_in("seo").post(
        "/start/barnsley-escalation/100001", concern_description="Half a sentence", draft="save"
    )
    links = html.fromstring(browser.get("/tasks")[1]).xpath("//a[@href='/start/barnsley-escalation/100001']")
    assert len(links) == 1
    assert "Half a sentence" in browser.get("/start/barnsley-escalation/100001")[1]


def test_the_first_page_after_sign_in_is_this_one(browser: Browser) -> None:
    browser.sign_in("seo")
    assert browser.client.get("/").headers["Location"] == "/tasks"


class TestMySchools:
    """Whoever holds a role that looks after its own schools first."""

    OTHER = "St Example"

    @pytest.fixture
    def adviser(self, app: Flask, browser: Browser) -> Browser:
        """The SEO, link adviser of the first school, with a case there and one at another's."""
        roles = dict(engine_of(app).config.authorities["barnsley"].roles)
        say_in_file(app, roles={**roles, "seo": replace(roles["seo"], per_school=True)})
        for school in ("100001", "100002"):
            engine_of(app).cases.start("barnsley-escalation", authority="barnsley", school=school)
        return browser.sign_in("seo")

    def test_they_are_shown_first(self, adviser: Browser) -> None:
        page = adviser.get("/tasks")[1]
        assert "Sampleby" in page
        assert self.OTHER not in page

    def test_a_click_shows_all(self, adviser: Browser) -> None:
        assert 'href="/tasks?schools=all"' in adviser.get("/tasks")[1]
        assert self.OTHER in adviser.get("/tasks?schools=all")[1]

    def test_a_task_says_why_it_came(self, adviser: Browser) -> None:
        assert "This task came to you first, as the school’s link adviser." in adviser.get("/tasks/1")[1]

    def test_another_of_the_roles_takes_it_over(self, adviser: Browser) -> None:
        assert "Sasha Example has this task first" in adviser.sign_in("system-leader").get("/tasks/1")[1]
        assert "You have claimed this task." in adviser.post("/tasks/1/claim")[1]

    def test_without_such_a_role_there_is_no_choice(self, browser: Browser) -> None:
        assert "My schools" not in browser.sign_in("seo").get("/tasks")[1]
