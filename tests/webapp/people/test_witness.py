"""What a page shows of what is confidential, what is refused, and from where a request comes, stand in the audit trail."""

from __future__ import annotations

import io
import json

import pytest
from flask import Flask
from sqlalchemy import select

from engine.store.tables import UserTask
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import Browser, engine_of, give, link_to, visit
from tests.webapp.people.test_audited import SEO, trail

DIRECTOR = "service-director@barnsley.example.org"
ASK = {
    "type": "default",
    "id": "ask",
    "components": [
        {"type": "textfield", "key": "salary", "label": "Salary", "properties": {"confidential": "service-director"}}
    ],
}
ASKED = bpmn(
    '<startEvent id="s"/><userTask id="a" camunda:formKey="barnsley/ask" camunda:candidateGroups="seo,service-director"/>'
    '<userTask id="b" camunda:candidateGroups="service-director"/><endEvent id="e"/>',
    "s>a a>b b>e",
    key="asked",
)


class TestViews:
    @pytest.fixture
    def told(self, app: Flask) -> int:
        """A case in which the SEO has answered a question that is kept to the service director."""
        engine = engine_of(app)
        files = {"asked.bpmn": ASKED, "ask.form": json.dumps(ASK).encode()}
        engine.deployments.deploy(files, "barnsley", by="owner", strict=False)
        case = engine.cases.start("asked", authority="barnsley", school="100001")
        engine.tasks.complete(engine.tasks.open(case)[0].id, {"salary": "TOP-SECRET"}, by=SEO)
        return case

    def test_whoever_reads_an_answer_that_others_may_not_is_told(self, app: Flask, browser: Browser, told: int) -> None:
        assert "TOP-SECRET" in browser.sign_in("service-director").get(f"/cases/{told}")[1]
        entry = trail(app, "view.confidential")[-1]
        assert (entry.who, entry.instance_id, entry.school_urn) == (DIRECTOR, told, "100001")

    def test_the_entry_names_the_question_and_no_answer(self, app: Flask, browser: Browser, told: int) -> None:
        browser.sign_in("service-director").get(f"/cases/{told}")
        entry = trail(app, "view.confidential")[-1]
        assert (entry.after, "TOP-SECRET" in repr(entry)) == ({"shown": ["salary"]}, False)

    def test_a_page_that_says_that_one_is_too_late_shows_it_too(self, app: Flask, browser: Browser, told: int) -> None:
        with engine_of(app).reading() as session:
            answered = session.scalar(select(UserTask.id).where(UserTask.instance_id == told, UserTask.element == "a"))
        before = len(trail(app, "view.confidential"))
        status, page = browser.sign_in("service-director").post(f"/tasks/{answered}", salary="Mine")
        assert (status, "TOP-SECRET" in page) == (409, True)
        assert len(trail(app, "view.confidential")) == before + 1

    def test_a_page_of_whoever_may_not_read_it_is_no_view(self, app: Flask, browser: Browser, told: int) -> None:
        browser.sign_in("clerk").get(f"/cases/{told}")
        assert trail(app, "view.confidential") == []

    def test_a_page_without_it_is_not(self, app: Flask, browser: Browser, told: int) -> None:
        browser.sign_in("service-director").get("/cases")
        assert trail(app, "view.confidential") == []

    def test_what_somebody_wrote_themselves_tells_them_nothing(self, app: Flask, browser: Browser, told: int) -> None:
        browser.sign_in("seo").get(f"/cases/{told}")
        assert trail(app, "view.confidential") == []

    def test_its_chronology_is_a_view_too(self, app: Flask, browser: Browser, told: int) -> None:
        assert "TOP-SECRET" in browser.sign_in("service-director").get(f"/cases/{told}/chronology")[1]
        assert trail(app, "view.confidential")[-1].who == DIRECTOR

    def test_its_task_is_a_view_too(self, app: Flask, browser: Browser, told: int) -> None:
        with engine_of(app).reading() as session:
            done = session.scalars(
                select(UserTask.id).where(UserTask.instance_id == told).order_by(UserTask.id)
            ).first()
        browser.sign_in("service-director").get(f"/tasks/{done}")
        assert trail(app, "view.confidential")[-1].task_id == done

    def test_a_confidential_file_that_is_saved_is_told(self, app: Flask, browser: Browser, case: int) -> None:
        by = engine_of(app).people.scope("barnsley", ["seo"], SEO)
        file = engine_of(app).attachments.add(case, "a.txt", io.BytesIO(b"x"), by, roles=["head-of-bsa"])
        browser.sign_in("head-of-bsa").get(f"/files/{file}")
        entry = trail(app, "view.confidential")[-1]
        assert (entry.file_id, entry.after["shown"]) == (file, [f"file {file}"])

    def test_a_file_for_everybody_is_not(self, app: Flask, browser: Browser, case: int) -> None:
        by = engine_of(app).people.scope("barnsley", ["seo"], SEO)
        file = engine_of(app).attachments.add(case, "a.txt", io.BytesIO(b"x"), by)
        browser.sign_in("head-of-bsa").get(f"/files/{file}")
        assert trail(app, "view.confidential") == []


class TestRefusals:
    def test_a_page_for_other_roles_is_told(self, app: Flask, browser: Browser) -> None:
        browser.sign_in("seo").get("/accounts")
        entry = trail(app, "access.refused")[-1]
        assert (entry.who, entry.subject, entry.after) == (SEO, "GET /accounts", {"status": 403})

    def test_what_is_there_and_not_theirs_to_see_is_told(self, app: Flask, browser: Browser, case: int) -> None:
        browser.sign_in("head-100021").get(f"/cases/{case}")
        entry = trail(app, "access.refused")[-1]
        assert (entry.instance_id, entry.school_urn, entry.after) == (case, "100001", {"status": 404})

    def test_what_is_not_there_is_not(self, app: Flask, browser: Browser) -> None:
        browser.sign_in("seo").get("/cases/77")
        assert trail(app, "access.refused") == []

    def test_another_authority_s_case_is_told_to_one_s_own(self, app: Flask, browser: Browser, case: int) -> None:
        browser.sign_in("seo", "elsewhere").get(f"/cases/{case}")
        entry = trail(app, "access.refused", "elsewhere")[-1]
        assert (entry.why, entry.instance_id) == ("It belongs to another authority.", None)

    def test_a_guest_who_goes_elsewhere_is_told(self, app: Flask, case: int) -> None:
        visit(app, link_to(app, 1, "seo")).get("/tasks")
        entry = trail(app, "access.refused")[-1]
        assert (entry.who_kind, entry.who) == ("guest", "guest@example.org")


def test_a_change_by_a_page_says_from_where(app: Flask, browser: Browser, case: int) -> None:
    entry = trail(app, "case.started")[-1]
    assert (entry.channel, entry.address, entry.who) == ("web", "127.0.0.1", SEO)


def test_a_change_of_roles_by_a_command_is_nobody_s_of_the_web(app: Flask) -> None:
    give(app, SEO, ["clerk"])
    assert trail(app, "account.roles")[-1].channel == "library"


def test_the_trail_is_whole(app: Flask, browser: Browser, case: int) -> None:
    assert engine_of(app).audit.verify("barnsley").wrong == ()


class TestWhatATextQuotes:
    """A form whose text alone shows what another keeps."""

    QUOTES = {"type": "default", "id": "look", "components": [{"type": "text", "text": "It says {{ salary }}."}]}

    def shown(self, app: Flask, browser: Browser, role: str) -> str:
        engine = engine_of(app)
        case = ASKED.replace(b'id="b"', b'id="b" camunda:formKey="barnsley/look"').replace(
            b'"service-director"/>', b'"service-director,seo,clerk"/>'
        )
        files = {
            "asked.bpmn": case,
            "ask.form": json.dumps(ASK).encode(),
            "look.form": json.dumps(self.QUOTES).encode(),
        }
        engine.deployments.deploy(files, "barnsley", by="owner", strict=False)
        started = engine.cases.start("asked", authority="barnsley", school="100001")
        engine.tasks.complete(engine.tasks.open(started)[0].id, {"salary": "TOP-SECRET"}, by="x@barnsley.example.org")
        return browser.sign_in(role).get(f"/tasks/{engine.tasks.open(started)[0].id}")[1]

    def test_is_a_view_of_it(self, app: Flask, browser: Browser) -> None:
        assert "It says TOP-SECRET." in self.shown(app, browser, "service-director")
        assert [each.after for each in trail(app, "view.confidential")] == [{"shown": ["salary"]}]

    def test_is_none_to_whom_it_does_not_show_it(self, app: Flask, browser: Browser) -> None:
        assert "TOP-SECRET" not in self.shown(app, browser, "clerk")
        assert trail(app, "view.confidential") == []


@pytest.mark.parametrize("urn", ["a%00b", "9" * 300])
@pytest.mark.parametrize(("role", "status"), [("seo", 404), ("headteacher", 403)])
def test_an_address_of_what_nothing_can_be_called_is_refused_as_any_other(
    browser: Browser, urn: str, role: str, status: int
) -> None:
    assert browser.sign_in(role).get(f"/calendar/terms/{urn}")[0] == status
