"""Who has which tasks, moving them, and handing over one's own."""

from __future__ import annotations

from html import unescape

import pytest
from flask import Flask

from engine import Scope
from tests.webapp.conftest import Browser, engine_of, give
from webapp.people import keeping

SEO, SECOND = "seo@barnsley.example.org", "second@barnsley.example.org"


@pytest.fixture
def second(app: Flask, case: int) -> str:
    """Another School Evaluation Officer, who has claimed the first task of the case."""
    with app.app_context():
        keeping.keep(SECOND, "Sid Second", "barnsley", ["seo"], "a long password")
    engine_of(app).tasks.claim(1, by=Scope("barnsley", frozenset({"seo"}), SECOND))
    return SECOND


def leave(app: Flask, username: str) -> None:
    """Take a person's roles away."""
    give(app, username, [])


def holder(app: Flask) -> tuple[str | None, str | None]:
    found = next(each for each in engine_of(app).tasks.open() if each.id == 1)
    return found.assignee, found.owner


def test_managers_see_who_has_which_task(browser: Browser, second: str) -> None:
    status, page = browser.sign_in("service-director").get("/tasks/claimed")
    assert status == 200
    assert "Sid Second" in page
    assert "SEO evidence summary" in page
    assert "can’t do any more" not in page
    assert "/tasks/claimed" in browser.get("/tasks")[1]


def test_officers_do_not(browser: Browser, second: str) -> None:
    for address in ("/tasks/claimed", "/tasks/move?task=1", "/cover"):
        assert browser.sign_in("seo").get(address)[0] == 403
    assert "/tasks/claimed" not in browser.get("/tasks")[1]


def test_a_manager_frees_a_task_with_a_reason(app: Flask, browser: Browser, second: str) -> None:
    browser.sign_in("service-director")
    assert "Move this task" in browser.get("/tasks/move?task=1")[1]
    _, page = browser.post("/tasks/move", task="1", what="free", reason="Sid is ill.")
    assert "1 task can be claimed again." in page
    assert holder(app) == (None, None)
    _, page = browser.get("/cases/1")
    assert "SEO evidence summary: given back to everyone whose role it is for" in page
    assert "Sid Second had it. Reason: Sid is ill." in page


def test_a_manager_gives_a_task_to_somebody(app: Flask, browser: Browser, second: str) -> None:
    browser.sign_in("service-director")
    _, page = browser.post("/tasks/move", task="1", what="give", to=SEO, reason="Sid is ill.")
    assert "1 task is with Sasha Example now." in page
    assert holder(app) == (SEO, None)


def test_only_those_who_may_do_it_are_offered(browser: Browser, second: str) -> None:
    _, page = browser.sign_in("service-director").get("/tasks/move?task=1")
    offered = page.partition('name="to"')[2].partition("</select>")[0]
    assert "Sasha Example, School Evaluation Officer (SEO)" in offered
    assert "Holly Makebelieve" not in offered


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"reason": "Sid is ill."}, "Select what is to happen"),
        ({"what": "free"}, "Enter why they are moved"),
        ({"what": "give", "reason": "Sid is ill."}, "Select who is to do it"),
        ({"what": "give", "to": "headteacher@barnsley.example.org", "reason": "Ill."}, "Select who is to do it"),
    ],
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    app: Flask, browser: Browser, second: str, given: dict[str, str], says: str
) -> None:
    status, page = browser.sign_in("service-director").post("/tasks/move", task="1", **given)
    assert status == 400
    assert says in page
    assert given.get("reason", "") in page
    assert holder(app) == (SECOND, None)


def test_a_leaver_s_tasks_are_listed_and_moved_in_one_step(app: Flask, browser: Browser, second: str) -> None:
    leave(app, SECOND)
    _, page = browser.sign_in("service-director").get("/tasks/claimed")
    assert "Sid Second has 1 task that they can’t do any more" in page
    _, page = browser.get(f"/tasks/move?of={SECOND}")
    assert 'name="task" value="1"' in page
    browser.post("/tasks/move", task="1", what="free", reason="Sid has left.")
    assert holder(app) == (None, None)
    assert "can’t do any more" not in browser.get("/tasks/claimed")[1]


def test_nothing_chosen_is_said(browser: Browser, second: str) -> None:
    assert "Choose the tasks" in browser.sign_in("service-director").post("/tasks/move")[1]
    assert browser.get("/tasks/move?task=99")[0] == 404


def test_a_task_is_handed_over(app: Flask, browser: Browser, second: str) -> None:
    engine_of(app).tasks.unclaim(1, by="story")
    browser.sign_in("seo").post("/tasks/1/claim")
    assert "/tasks/1/hand-over" in browser.get("/tasks/1")[1]
    _, page = browser.get("/tasks/1/hand-over")
    assert "Sid Second, School Evaluation Officer (SEO)" in page
    assert "Sasha Example, School" not in page, "nobody hands a task over to themselves"
    _, page = browser.post("/tasks/1/hand-over", to=SECOND, how="for-good", reason="I am on leave.")
    assert "is with Sid Second now" in unescape(page)
    assert holder(app) == (SECOND, None)


def test_a_task_is_delegated_and_taken_back(app: Flask, browser: Browser, second: str) -> None:
    engine_of(app).tasks.unclaim(1, by="story")
    browser.sign_in("seo").post("/tasks/1/hand-over", to=SECOND, how="delegate", reason="I am on leave.")
    assert holder(app) == (SECOND, SEO)
    assert "You have delegated this task to Sid Second." in browser.get("/tasks/1")[1]
    browser.post("/tasks/1/release")
    assert holder(app) == (SEO, None)
    page = browser.get("/cases/1")[1]
    assert "SEO evidence summary: delegated" in page
    assert "To Sid Second. Reason: I am on leave." in page


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"to": SECOND, "how": "for-good"}, "Enter why somebody else does it"),
        ({"to": SECOND, "reason": "On leave."}, "Select whether it comes back to you"),
        ({"how": "delegate", "reason": "On leave."}, "Select who is to do it"),
    ],
)
def test_a_hand_over_without_an_answer_is_shown_again(
    app: Flask, browser: Browser, second: str, given: dict[str, str], says: str
) -> None:
    engine_of(app).tasks.unclaim(1, by="story")
    status, page = browser.sign_in("seo").post("/tasks/1/hand-over", **given)
    assert status == 400
    assert says in page
    assert given.get("reason", "") in page
    assert holder(app) == (None, None)


def test_a_manager_without_the_role_finds_the_way_from_the_case(browser: Browser, second: str) -> None:
    assert "/tasks/move?task=1" in browser.sign_in("service-director").get("/cases/1")[1]
    assert "/tasks/move?task=1" not in browser.sign_in("seo").get("/cases/1")[1]


class TestTwoPersons:
    """Whether a school goes to stage 2 is decided by two: here one person holds both roles."""

    WRITTEN = "They have not improved."

    @pytest.fixture
    def both(self, app: Flask, case: int) -> tuple[int, int]:
        engine = engine_of(app)
        joint = engine.cases.start("barnsley-stage-2-agreement", school="100002", authority="barnsley", by="story")
        give(app, SEO, ["head-of-education-partnerships", "seo"])
        halves = {each.element: each.id for each in engine.tasks.open(joint)}
        return halves["seo-on-stage-2"], halves["hep-on-stage-2"]

    def test_the_second_half_says_why_before_anything_is_typed(
        self, app: Flask, browser: Browser, both: tuple[int, int]
    ) -> None:
        by = Scope("barnsley", frozenset({"seo"}), SEO)
        engine_of(app).tasks.complete(both[0], {"stage_2_seo": "stage 2", "stage_2_seo_reason": "x"}, by=by)
        _, page = browser.sign_in("seo").get(f"/tasks/{both[1]}")
        assert "Two persons must agree here, whatever roles they hold." in page
        assert "Complete this task" not in page

    def test_what_was_typed_is_given_back_when_it_is_refused(
        self, app: Flask, browser: Browser, both: tuple[int, int]
    ) -> None:
        by = Scope("barnsley", frozenset({"seo"}), SEO)
        engine_of(app).tasks.complete(both[0], {"stage_2_seo": "stage 2", "stage_2_seo_reason": "x"}, by=by)
        answers = {"stage_2_hep": "escalate", "stage_2_hep_reason": self.WRITTEN}
        status, page = browser.sign_in("seo").post(f"/tasks/{both[1]}", **answers)
        assert status == 409
        assert "This is for another person" in page
        assert "was done on 7 September 2026 by Sasha Example" in page
        assert self.WRITTEN in page


def test_what_nobody_has_is_not_given_back_and_what_is_done_is_said(app: Flask, browser: Browser, case: int) -> None:
    page = browser.sign_in("service-director").get("/tasks/move?task=1")[1]
    assert "Back to everyone" not in page
    assert "Give it to somebody" in page
    status, page = browser.post("/tasks/move", task="1", what="free", reason="Ill.")
    assert (status, "Nobody has claimed it: select who is to do it" in page) == (400, True)
    engine_of(app).tasks.complete(1, {"evidence_summary": "x"}, by=SEO)
    page = browser.client.get("/tasks/move?task=1", follow_redirects=True).get_data(as_text=True)
    assert "“SEO evidence summary” was done before: there is nothing left to move." in page
    page = browser.get(f"/tasks/move?task=1&task={engine_of(app).tasks.open(1)[0].id}")[1]
    assert "“SEO evidence summary” was done before: nothing about that changes." in page
