"""Evidence on the pages: added by a plain field, given out to be saved, kept to roles, removed with a reason."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from lxml import html

from tests.engine.people.test_evidence import PDF, PNG
from tests.engine.people.test_previews import drawn
from tests.webapp.conftest import EVIDENCE, Browser, link_to, visit


def send(browser: Browser, address: str, *files: tuple[str, bytes], **data: Any) -> tuple[int, str]:
    sent = {"files": [(io.BytesIO(content), name) for name, content in files], **data}
    answer = browser.client.post(address, data=sent, content_type="multipart/form-data", follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture
def added(browser: Browser, case: int) -> Browser:
    """The SEO has added a file to the first task."""
    send(browser, "/tasks/1/files", ("reading results.pdf", PDF), belongs="none")
    return browser


def test_several_files_are_added_at_once(browser: Browser, case: int) -> None:
    status, page = send(browser, "/cases/1/files", ("a.pdf", PDF), ("b.png", PNG))
    assert status == 200
    assert "2 files are added." in page
    assert html.fromstring(page).xpath("//main//a[@download]/text()") == ["b.png", "a.pdf"]


def test_what_was_added_to_a_task_is_evidence_of_its_case(added: Browser) -> None:
    for address in ("/tasks/1", "/tasks/1/files", "/cases/1", "/cases/1/files"):
        page = added.get(address)[1]
        assert "reading results.pdf" in page, address
        assert "Added by Sasha Example on 7 September 2026 at 9:00am" in " ".join(page.split()), address


def test_it_stands_there_when_the_task_is_done(added: Browser) -> None:
    added.post("/tasks/1", **EVIDENCE)
    assert "reading results.pdf" in added.get("/tasks/1")[1]


def test_a_file_is_saved_and_never_shown_as_a_page_of_ours(added: Browser) -> None:
    answer = added.client.get("/files/1")
    assert answer.data == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_picture_is_shown_small_and_a_pdf_by_the_browser(browser: Browser, case: int) -> None:
    picture = drawn("PNG").getvalue()
    send(browser, "/cases/1/files", ("chart.png", picture), ("notes.pdf", PDF), ("notes.txt", b"Seen."))
    page = html.fromstring(browser.get("/cases/1/files")[1])
    assert page.xpath("//main//img/@src") == ["/files/1/preview"]
    assert page.xpath("//main//a[contains(., 'Look at it')]/@href") == ["/files/2/preview"]
    small, pdf = (browser.client.get(f"/files/{number}/preview") for number in (1, 2))
    assert (small.mimetype, len(small.data) < len(picture) * 2) == ("image/jpeg", True)
    assert "sandbox" in small.headers["Content-Security-Policy"]
    assert (pdf.data, pdf.headers["Content-Disposition"]) == (PDF, "inline")
    assert pdf.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert pdf.headers["X-Content-Type-Options"] == "nosniff"
    assert browser.client.get("/files/3/preview").status_code == 404


def test_what_is_kept_to_a_role_has_no_preview_for_others(browser: Browser, case: int) -> None:
    send(browser, "/cases/1/files", ("secret.png", drawn("PNG").getvalue()), roles=["head-of-bsa"])
    assert browser.sign_in("system-leader").client.get("/files/1/preview").status_code == 404


def test_a_good_file_is_added_beside_one_that_is_refused(browser: Browser, case: int) -> None:
    status, page = send(browser, "/cases/1/files", ("good.pdf", PDF), ("bad.pdf", PNG))
    assert status == 422
    assert "“bad.pdf” was not added: its content is not what a .pdf file holds." in page
    assert html.fromstring(page).xpath("//main//a[@download]/text()") == ["good.pdf"]


def test_nothing_chosen_says_so(browser: Browser, case: int) -> None:
    status, page = send(browser, "/cases/1/files")
    assert status == 400
    assert "Select a file" in page


def test_what_is_kept_to_a_role_is_seen_by_it_alone(browser: Browser, case: int) -> None:
    send(browser, "/cases/1/files", ("secret.pdf", PDF), roles=["head-of-bsa"])
    assert "secret.pdf" in browser.get("/cases/1/files")[1]
    assert "secret.pdf" not in browser.sign_in("system-leader").get("/cases/1/files")[1]
    assert browser.client.get("/files/1").status_code == 404
    assert "secret.pdf" in browser.sign_in("head-of-bsa").get("/cases/1")[1]
    assert browser.client.get("/files/1").status_code == 200


def test_another_authority_and_a_contact_who_is_not_asked_get_nothing(added: Browser) -> None:
    assert added.sign_in("headteacher").client.get("/files/1").status_code == 404
    assert added.sign_in("seo", "elsewhere").client.get("/files/1").status_code == 404


def test_a_mistake_is_removed_with_a_reason_that_stays(added: Browser) -> None:
    assert added.post("/files/1/remove")[0] == 400
    _, page = added.post("/files/1/remove", reason="It is about another school.")
    assert "reading results.pdf is removed." in page
    assert "It is about another school." in page
    assert added.client.get("/files/1").status_code == 404


def test_a_colleague_does_not_remove_it_and_a_manager_does(added: Browser) -> None:
    assert added.sign_in("system-leader").post("/files/1/remove", reason="x")[0] == 403
    assert added.sign_in("service-director").post("/files/1/remove", reason="Not ours.")[0] == 200


def test_what_was_typed_is_saved_on_the_way_to_the_files(browser: Browser, case: int) -> None:
    status, page = browser.post("/tasks/1", evidence_summary="Half a sentence", draft="files")
    assert status == 200
    assert "Add files" in page
    assert "Half a sentence" in browser.get("/tasks/1")[1]


def test_too_much_at_once_has_a_page(app: Flask, browser: Browser, case: int) -> None:
    app.config["FILES_AT_ONCE"] = 1000
    assert send(browser, "/cases/1/files", ("a.pdf", PDF * 100))[0] == 413


def test_whoever_comes_by_a_link_adds_to_their_task_and_reads_no_other(app: Flask, browser: Browser, case: int) -> None:
    send(browser, "/cases/1/files", ("of the case.pdf", PDF))
    guest = Browser(visit(app, link_to(app, 1, "seo")))
    _, page = send(guest, "/tasks/1/files", ("from outside.pdf", PDF))
    assert "from outside.pdf" in page
    assert "of the case.pdf" not in page
    assert guest.client.get("/cases/1/files").status_code == 403


def test_whoever_comes_by_a_link_removes_what_they_added_and_nothing_else(
    app: Flask, browser: Browser, case: int
) -> None:
    send(browser, "/tasks/1/files", ("of an officer.pdf", PDF), belongs="none")
    guest = Browser(visit(app, link_to(app, 1, "seo")))
    _, page = send(guest, "/tasks/1/files", ("wrong.pdf", PDF))
    assert html.fromstring(page).xpath("//main//a[contains(., 'Remove')]/@href") == ["/files/2/remove"]
    assert guest.get("/files/1/remove")[0] == 403
    status, page = guest.post("/files/2/remove", reason="It was another school's.")
    assert status == 200
    assert "wrong.pdf is removed." in page


class TestWhatBelongsToAnAnswer:
    """The evidence at Barnsley is for the Head of the BSA and nobody else, until that has escalated the case; so are its files."""

    @pytest.fixture
    def told(self, browser: Browser, case: int) -> Browser:
        send(browser, "/tasks/1/files", ("results.txt", b"Weak."), belongs="evidence_summary")
        return browser

    def reads(self, browser: Browser, role: str) -> int:
        return browser.sign_in(role).client.get("/files/1").status_code

    def test_is_kept_as_the_answer_is(self, told: Browser) -> None:
        assert {role: self.reads(told, role) for role in ("seo", "head-of-bsa", "service-director")} == {
            "seo": 200,
            "head-of-bsa": 200,
            "service-director": 404,
        }
        assert "results.txt" not in told.get("/cases/1")[1] + told.get("/cases/1/files")[1]

    def test_is_open_once_the_answer_is(self, told: Browser) -> None:
        told.post("/tasks/1", **EVIDENCE)
        decided = {"head_of_bsa_decision": "escalate", "head_of_bsa_reason": "x", "school_category": "getting to good"}
        told.sign_in("head-of-bsa").post("/tasks/2", **decided)
        assert self.reads(told, "service-director") == 200

    def test_is_so_where_nothing_is_chosen(self, browser: Browser, case: int) -> None:
        send(browser, "/tasks/1/files", ("results.txt", b"Weak."))
        assert self.reads(browser, "service-director") == 404

    def test_is_for_all_where_it_belongs_to_no_answer(self, browser: Browser, case: int) -> None:
        send(browser, "/tasks/1/files", ("results.txt", b"Weak."), belongs="none")
        assert self.reads(browser, "service-director") == 200

    def test_roles_that_are_chosen_too_narrow_it(self, browser: Browser, case: int) -> None:
        send(browser, "/tasks/1/files", ("r.txt", b"Weak."), belongs="evidence_summary", roles=["system-leader"])
        assert {role: self.reads(browser, role) for role in ("system-leader", "head-of-bsa")} == {
            "system-leader": 200,
            "head-of-bsa": 404,
        }

    def test_roles_that_may_not_read_the_answer_are_refused(self, browser: Browser, case: int) -> None:
        status, page = send(browser, "/tasks/1/files", ("r.txt", b"Weak."), roles=["service-director"])
        assert (status, "Select roles that may read the answer" in page) == (400, True)


def test_a_file_that_is_kept_to_a_role_that_is_none_is_not_taken(browser: Browser, case: int) -> None:
    status, page = send(browser, "/tasks/1/files", ("r.txt", b"Weak."), belongs="none", roles=["root"])
    assert status == 400
    assert "No file has been added yet." in page
