"""What managers do to one case: asked, shown before it is done, and then in the story for ever."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from engine import queries
from engine.clock import VirtualClock
from tests.engine.running import DAY, LATER
from tests.engine.spiff.cases import TAG, prop
from tests.webapp.conftest import EVIDENCE, Browser, engine_of

GRADE = TAG.sub(lambda m: f"<{m[1]}bpmn:", prop(payload="grade: &quot;good&quot; | &quot;bad&quot;"))
NEW_DATE = {"day-day": "30", "day-month": "10", "day-year": "2026"}


@pytest.fixture
def manager(browser: Browser, case: int) -> Browser:
    """A manager, and a case in which the first task waits."""
    return browser.sign_in("service-director")


def token(app: Flask, case: int) -> str:
    return next(each.token for each in engine_of(app).tasks.open(case))


def address(app: Flask, case: int) -> str:
    return f"/cases/{case}/dates/{token(app, case)}"


class TestDates:
    def test_the_case_leads_to_the_page_of_each_date(self, app: Flask, manager: Browser, case: int) -> None:
        assert f'href="{address(app, case)}"' in manager.get(f"/cases/{case}")[1]

    def test_it_says_what_will_happen_and_does_nothing_yet(self, app: Flask, manager: Browser, case: int) -> None:
        status, page = manager.post(address(app, case), reason="Half-term is between", **NEW_DATE)
        assert status == 200
        assert "What will happen" in page
        assert "is due on 30 October 2026" in page
        assert "Half-term is between" in page
        assert not any(line.how == "redated" for line in engine_of(app).cases.history(case))

    def test_a_date_that_leaves_the_policy_s_is_warned_of_with_its_clause(
        self, app: Flask, manager: Browser, case: int
    ) -> None:
        _, page = manager.post(address(app, case), reason="Half-term", **NEW_DATE)
        assert "later than its policy has it" in page
        assert "documents the evidence" in page

    def test_a_day_without_school_is_warned_of(self, app: Flask, manager: Browser, case: int) -> None:
        _, page = manager.post(address(app, case), reason="Half-term", **{**NEW_DATE, "day-day": "31"})
        assert "31 October 2026 is a Saturday. Choose another day, unless that is meant." in page

    def test_once_confirmed_it_stands_in_the_story_and_the_chronology(
        self, app: Flask, manager: Browser, case: int
    ) -> None:
        status, page = manager.post(address(app, case), reason="Half-term is between", confirmed="1", **NEW_DATE)
        assert status == 200
        assert "has another date now" in page
        for shown in (page, manager.get(f"/cases/{case}/chronology")[1]):
            assert "a manager set another date" in shown
            assert "30 October 2026" in shown
            assert "Half-term is between" in shown

    @pytest.mark.parametrize(
        ("given", "wrong"),
        [
            ({"reason": "x"}, "The new date must include a day and month and year"),
            ({"reason": "x", **NEW_DATE, "day-year": "2020"}, "The new date must be today or in the future"),
            (NEW_DATE, "Enter why the date is changed"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
        self, app: Flask, manager: Browser, case: int, given: dict[str, Any], wrong: str
    ) -> None:
        status, page = manager.post(address(app, case), **given)
        assert status == 400
        assert wrong in page
        for text in given.values():
            assert text in page

    def test_going_back_loses_nothing(self, app: Flask, manager: Browser, case: int) -> None:
        _, page = manager.post(address(app, case), reason="Half-term is between", again="1", **NEW_DATE)
        assert 'value="30"' in page
        assert "Half-term is between" in page

    def test_officers_who_do_not_manage_may_not(self, app: Flask, browser: Browser, case: int) -> None:
        browser.sign_in("seo")
        assert browser.get(address(app, case))[0] == 403
        assert browser.post(address(app, case), reason="x", confirmed="1", **NEW_DATE)[0] == 403
        assert "/dates/" not in browser.get(f"/cases/{case}")[1]

    def test_what_waits_no_more_is_said_to_be_gone(self, app: Flask, manager: Browser, case: int) -> None:
        assert manager.get(f"/cases/{case}/dates/999")[0] == 409

    def test_the_task_s_own_page_has_the_new_date(self, app: Flask, manager: Browser, case: int) -> None:
        manager.post(address(app, case), reason="Half-term", confirmed="1", **NEW_DATE)
        with engine_of(app).reading() as session:
            [task] = queries.open_tasks(session, case)
        assert "30 October 2026" in manager.sign_in("seo").get(f"/tasks/{task.id}")[1]


class TestSuspending:
    def test_it_says_what_rests_before_it_does_so(self, app: Flask, manager: Browser, case: int) -> None:
        _, page = manager.post(f"/cases/{case}/suspend", reason="The governors ask")
        assert "shows as suspended and can’t be completed" in page
        assert engine_of(app).cases.get(case).suspended is None

    def test_a_suspended_case_says_so_where_it_is_looked_at(self, manager: Browser, case: int) -> None:
        manager.post(f"/cases/{case}/suspend", reason="The governors ask", confirmed="1")
        page = manager.get(f"/cases/{case}")[1]
        assert "Resume this case" in page
        assert "The case was suspended" in page
        assert "Suspended" in manager.get("/cases")[1]

    def test_an_answer_is_refused_and_kept_as_a_draft(self, app: Flask, manager: Browser, case: int) -> None:
        task = engine_of(app).tasks.open(case)[0].id
        manager.post(f"/cases/{case}/suspend", reason="The governors ask", confirmed="1")
        manager.sign_in("seo")
        assert "The case is suspended" in manager.get(f"/tasks/{task}")[1]
        assert "Suspended" in manager.get("/tasks")[1]
        status, page = manager.post(f"/tasks/{task}", evidence_summary="Half of it.")
        assert (status, "This case is suspended" in page) == (409, True), "before what else is to be answered"
        assert "Half of it." in manager.get(f"/tasks/{task}")[1]
        status, page = manager.post(f"/tasks/{task}", **EVIDENCE)
        assert status == 409
        assert "This case is suspended" in page
        assert "Weak phonics." in manager.get(f"/tasks/{task}")[1]
        assert (
            "It has been suspended since today." in manager.sign_in("service-director").get(f"/cases/{case}/resume")[1]
        )

    def test_it_is_resumed_with_what_becomes_of_its_dates(
        self, app: Flask, browser: Browser, clock: VirtualClock
    ) -> None:
        engine = engine_of(app)
        engine.deployments.deploy({"p.bpmn": LATER}, "barnsley", by="owner", strict=False)
        case = engine.cases.start("p", authority="barnsley")
        browser.sign_in("service-director").post(f"/cases/{case}/suspend", reason="They ask", confirmed="1")
        clock.set(engine.clock.now() + 4 * DAY)
        page = browser.get(f"/cases/{case}/resume")[1]
        assert "for 4 days" in page
        status, page = browser.post(f"/cases/{case}/resume", reason="Answered")
        assert status == 400
        assert "Select what becomes of its dates" in page
        _, page = browser.post(f"/cases/{case}/resume", reason="Answered", how="as-they-were")
        assert "happens at once: it fell due on 8 September 2026" in page
        _, page = browser.post(f"/cases/{case}/resume", reason="Answered", how="each")
        assert "must include a day and month and year" in page
        _, page = browser.post(f"/cases/{case}/resume", reason="Answered", how="shifted", confirmed="1")
        assert "The case goes on." in page
        assert "Every date moved by the days that it was suspended." in page

    def test_only_managers_may(self, browser: Browser, case: int) -> None:
        browser.sign_in("seo")
        assert browser.post(f"/cases/{case}/suspend", reason="x", confirmed="1")[0] == 403
        assert browser.get(f"/cases/{case}/resume")[0] == 403
