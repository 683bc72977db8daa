"""A case goes on elsewhere: a step is skipped, or gone back to."""

from __future__ import annotations

import pytest
from flask import Flask

from engine import Scope
from tests.engine.spiff.test_modification import SPLIT
from tests.webapp.conftest import Browser, engine_of


@pytest.fixture
def manager(browser: Browser, case: int) -> Browser:
    """A manager, and a case in which the first task waits."""
    return browser.sign_in("service-director")


class TestMoving:
    def address(self, app: Flask, case: int) -> str:
        [stand] = engine_of(app).interventions.standing(case, Scope("barnsley", oversees=True))
        return f"/cases/{case}/move/{stand.token}"

    def test_the_case_leads_to_its_steps(self, app: Flask, manager: Browser, case: int) -> None:
        assert f'href="/cases/{case}/move"' in manager.get(f"/cases/{case}")[1]
        page = manager.client.get(f"/cases/{case}/move", follow_redirects=True).get_data(as_text=True)
        assert "Where does the case go on?" in page
        assert "Task, where it is now: begun anew" in page
        assert "Done by Pathways" in page

    def test_a_step_is_skipped_after_what_follows_was_shown(self, app: Flask, manager: Browser, case: int) -> None:
        [stand] = engine_of(app).interventions.standing(case, Scope("barnsley", oversees=True))
        to = next(each for each in stand.targets if each.kind == "userTask" and each.element != stand.element)
        given = {"to": to.element, "reason": "The evidence came on paper"}
        status, page = manager.post(self.address(app, case), **given)
        assert status == 200
        assert f"“{stand.name}” is withdrawn" in page
        assert f"“{to.name}” is asked of" in page
        assert f"The case goes on at “{to.name}”." in page
        assert [each.name for each in engine_of(app).tasks.open(case)] == [stand.name]
        _, page = manager.post(self.address(app, case), **given, confirmed="1")
        assert "a manager had the case go on here" in page
        assert f"It left “{stand.name}”." in page
        assert "The evidence came on paper" in page
        assert [each.name for each in engine_of(app).tasks.open(case)] == [to.name]

    def test_what_is_missing_is_said(self, app: Flask, manager: Browser, case: int) -> None:
        status, page = manager.post(self.address(app, case))
        assert status == 400
        assert "Select the step at which the case goes on" in page
        assert "Enter why the case goes on elsewhere" in page

    def test_what_cannot_be_right_is_refused_with_the_reason(self, app: Flask, browser: Browser) -> None:
        engine = engine_of(app)
        engine.deployments.deploy({"p.bpmn": SPLIT}, "barnsley", by="owner", strict=False)
        case = engine.cases.start("p", authority="barnsley")
        engine.tasks.complete(engine.tasks.open(case)[0].id)
        stand = next(
            each
            for each in engine.interventions.standing(case, Scope("barnsley", oversees=True))
            if each.element == "a"
        )
        browser.sign_in("service-director")
        assert "Which step is to be left?" in browser.get(f"/cases/{case}/move")[1]
        status, page = browser.post(f"/cases/{case}/move/{stand.token}", to="z", reason="Skip it")
        assert status == 422
        assert "“Both” would wait for ever" in page
        assert "Skip it" in page

    def test_only_managers_may(self, app: Flask, browser: Browser, case: int) -> None:
        address = self.address(app, case)
        browser.sign_in("seo")
        assert browser.get(address)[0] == 403
        assert browser.post(address, to="x", reason="x", confirmed="1")[0] == 403
