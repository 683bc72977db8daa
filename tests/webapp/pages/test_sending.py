"""A message is sent to a case by hand: shown before, and then in its story."""

from __future__ import annotations

import pytest
from flask import Flask

from engine import Scope
from tests.engine.running import RECEIVER
from tests.engine.spiff.cases import TAG, prop
from tests.webapp.conftest import Browser, engine_of

GRADE = TAG.sub(lambda m: f"<{m[1]}bpmn:", prop(payload="grade: &quot;good&quot; | &quot;bad&quot;"))


class TestSending:
    @pytest.fixture
    def waiting(self, app: Flask, browser: Browser) -> int:
        """A case that waits for a message, and a manager who looks at it."""
        engine = engine_of(app)
        engine.deployments.deploy({"receiver.bpmn": RECEIVER}, "barnsley", by="owner", strict=False)
        browser.sign_in("service-director")
        return engine.cases.start("receiver", "K", authority="barnsley")

    def address(self, app: Flask, case: int) -> str:
        [heard] = engine_of(app).interventions.listened(case, Scope("barnsley", oversees=True))
        return f"/cases/{case}/messages/{heard.token}/reply"

    def test_the_case_leads_to_the_messages_that_it_waits_for(self, app: Flask, browser: Browser, waiting: int) -> None:
        assert f'href="/cases/{waiting}/messages"' in browser.get(f"/cases/{waiting}")[1]
        assert self.address(app, waiting) in browser.get(f"/cases/{waiting}/messages")[1]

    def test_it_is_sent_after_what_follows_was_shown(self, app: Flask, browser: Browser, waiting: int) -> None:
        address = self.address(app, waiting)
        status, page = browser.post(address)
        assert status == 400
        assert "Enter why the message is sent" in page
        _, page = browser.post(address, reason="It was lost")
        assert "is asked of everyone" in page
        assert engine_of(app).tasks.open(waiting) == []
        _, page = browser.post(address, reason="It was lost", confirmed="1")
        assert "The message reached the case." in page
        assert "A manager sent the case a message" in page
        assert "It was lost" in page
        assert "A manager sent the case a message" in browser.get(f"/cases/{waiting}/chronology")[1]

    def test_nobody_reads_the_names_that_machines_have_for_it(self, app: Flask, browser: Browser, waiting: int) -> None:
        _, page = browser.get(f"/cases/{waiting}/messages")
        assert "What its diagram waits for" in page
        assert "“reply”" not in page
        _, page = browser.post(self.address(app, waiting), reason="It was lost", confirmed="1")
        assert "“reply”" not in page
        assert "“reply”" not in browser.get(f"/cases/{waiting}/chronology")[1]

    def test_what_is_not_waited_for_has_no_page(self, browser: Browser, waiting: int) -> None:
        assert browser.get(f"/cases/{waiting}/messages/99/reply")[0] == 404

    def test_its_questions_are_those_that_its_diagram_says_it_brings(
        self, app: Flask, browser: Browser, waiting: int
    ) -> None:
        engine = engine_of(app)
        bringing = RECEIVER.replace(b'id="w">', b'id="w">' + GRADE.encode())
        engine.deployments.deploy({"receiver.bpmn": bringing}, "barnsley", by="owner", strict=False)
        case = engine.cases.start("receiver", "K2", authority="barnsley")
        address = self.address(app, case)
        assert "Grade" in browser.get(address)[1]
        assert browser.post(address, reason="Lost")[0] == 400
        browser.post(address, reason="Lost", grade="good", confirmed="1")
        assert engine.cases.variables(case)["grade"] == "good"

    def test_only_managers_may(self, app: Flask, browser: Browser, waiting: int) -> None:
        address = self.address(app, waiting)
        browser.sign_in("seo")
        assert browser.get(f"/cases/{waiting}/messages")[0] == 403
        assert browser.post(address, reason="x", confirmed="1")[0] == 403
