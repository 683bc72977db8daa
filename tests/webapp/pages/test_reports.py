"""Reports that policies ask for: the draft of a task, what people write on it, its approval, its readers and its files."""

from __future__ import annotations

import io
import re

import docx
import pytest
from flask import Flask
from lxml import html

from engine import Scope
from engine.clock import VirtualClock
from tests.engine.running import DAY, task
from tests.webapp.conftest import Browser, engine_of
from webapp.dates import hour

DAYS = {"since": "2026-09-01", "until": "2026-09-07"}


@pytest.fixture
def asked(app: Flask, browser: Browser, case: int) -> int:
    """A task of the SEO that asks for a monthly evaluation of the school; the school has a case of escalation, too."""
    status, _ = browser.sign_in("seo").post("/start/barnsley-risk-review/100001")
    assert status == 200
    return task(engine_of(app), "evaluate")


@pytest.fixture
def report(browser: Browser, asked: int) -> str:
    """The address of the report that was drafted for the task."""
    answer = browser.client.post(f"/tasks/{asked}/report", data=DAYS)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def written(browser: Browser, report: str, do: str = "save", text: str = "It does well.") -> tuple[int, str]:
    status, page = browser.post(report, text=text, number=number(browser.get(report)[1]), do=do)
    return browser.post(f"{report}/approve", number=number(page)) if do == "approve" else (status, page)


def number(page: str) -> str:
    found = re.search(r'name="number" value="(\d+)"', page)
    assert found is not None
    return found[1]


def problems(page: str) -> list[str]:
    return [
        str(each).strip()
        for each in html.fromstring(page).xpath("//*[contains(@class, 'error-summary__list')]//a/text()")
    ]


def test_a_task_leads_to_the_report_that_it_asks_for(browser: Browser, asked: int) -> None:
    _, page = browser.get(f"/tasks/{asked}")
    assert f'href="/tasks/{asked}/report"' in page
    _, page = browser.get(f"/tasks/{asked}/report")
    assert "Make the draft" in page
    assert 'value="2026-09-07"' in page


def test_a_task_that_asks_for_none_has_none(app: Flask, browser: Browser, case: int) -> None:
    other = task(engine_of(app), "document-evidence")
    assert f"/tasks/{other}/report" not in browser.sign_in("seo").get(f"/tasks/{other}")[1]
    assert browser.get(f"/tasks/{other}/report")[0] == 404


def test_the_draft_has_figures_and_where_they_come_from(browser: Browser, report: str, case: int) -> None:
    _, page = browser.get(report)
    assert "Monthly evaluation: Sampleby Community Primary School" in page
    assert f'<a href="/cases/{case}" class="govuk-link">case {case}</a>' in page
    [row] = re.findall(r"Escalations that began</th>.*?</tr>", page, re.DOTALL)
    assert f'href="/cases/{case}"' in row
    assert "SEO evidence summary" in page


def test_once_it_is_made_the_task_leads_to_it(browser: Browser, report: str, asked: int) -> None:
    assert browser.client.get(f"/tasks/{asked}/report").headers["Location"] == report
    assert browser.client.post(f"/tasks/{asked}/report", data=DAYS).headers["Location"] == report


def test_days_that_are_none_are_told(browser: Browser, asked: int) -> None:
    for days in ({"since": "2026-09-30", "until": "2026-09-01"}, {"since": "soon", "until": ""}, {}):
        status, page = browser.post(f"/tasks/{asked}/report", **days)
        assert status == 400
        assert "There is a problem" in page


def test_the_form_begins_with_the_text_of_the_report(browser: Browser, report: str) -> None:
    [text] = html.fromstring(browser.get(report)[1]).xpath("//textarea/text()")
    assert "(URN 100001)" in text
    assert "\n## What runs\n" in text
    assert browser.post(report, text=text, number="1", do="save")[0] == 200
    assert 'name="number" value="1"' in browser.get(report)[1]


def test_what_is_written_is_kept(browser: Browser, report: str) -> None:
    status, page = written(browser, report, text="## Progress\n\nIt **does** well & <b>better</b>.")
    assert status == 200
    assert "What you wrote is saved." in page
    assert '<h2 class="govuk-heading-m">Progress</h2>' in page
    assert "<strong>does</strong> well &amp; &lt;b&gt;better&lt;/b&gt;" in page


def test_an_empty_text_is_refused(browser: Browser, report: str) -> None:
    status, page = written(browser, report, text="  ")
    assert status == 400
    assert "Enter the text of the report" in page


def test_nobody_writes_over_another(browser: Browser, report: str) -> None:
    written(browser, report, text="Mine.")
    status, page = browser.post(report, text="Theirs.", number="1", do="save")
    assert status == 409
    assert "Sasha Example saved this report on 7 September 2026" in page
    assert '<p class="govuk-body">Mine.</p>' in page
    assert "Theirs.</textarea>" in page


def test_what_was_typed_is_kept_beside_what_was_saved(browser: Browser, report: str) -> None:
    written(browser, report, text="Mine.")
    browser.post(report, text="A long account.", number="1", do="save")
    status, page = browser.get(report)
    assert status == 409
    assert "A long account.</textarea>" in page
    assert "Discard what I saved" in page
    _, page = browser.post(report, draft="discard")
    assert "Mine.</textarea>" in page
    assert "There is a problem" not in page


def test_whoever_has_seen_both_saves_in_the_stead_of_the_other(browser: Browser, report: str) -> None:
    written(browser, report, text="Mine.")
    browser.post(report, text="A long account.", number="1", do="save")
    assert written(browser, report, text="Mine. And a long account.")[0] == 200
    assert "Mine. And a long account.</textarea>" in browser.get(report)[1]


def test_whoever_was_signed_out_meanwhile_goes_on_with_what_they_typed(browser: Browser, report: str) -> None:
    browser.client.delete_cookie("session")
    status, page = browser.post(report, text="A long account.", number="1", do="save")
    assert status == 401
    assert "Sign in" in page
    assert "A long account." in page


def test_a_script_saves_what_is_being_typed(browser: Browser, report: str) -> None:
    answer = browser.client.post(report, data={"text": "Half a sen", "number": "1", "draft": "typing"})
    assert "Saved on" in answer.get_json()["message"]
    assert "Half a sen</textarea>" in browser.get(report)[1]
    assert "Half a sen" not in browser.sign_in("service-director").get(report)[1]


def test_it_is_approved_and_kept_as_it_is(browser: Browser, report: str) -> None:
    _, page = written(browser, report, "approve")
    assert "Approved" in page
    assert "SHA-256" in page
    assert "<textarea" not in page
    assert browser.post(report, text="Other.", number="2", do="save")[0] == 409


def test_the_approval_is_asked_for_once_more(browser: Browser, report: str) -> None:
    _, page = browser.post(report, text="It does well.", number="1", do="approve")
    assert "It cannot be changed afterwards." in page
    assert "much longer" not in page
    assert "Draft</strong>" in browser.get(report)[1]


def test_it_is_not_approved_with_its_instructions_in_it(browser: Browser, report: str) -> None:
    [text] = html.fromstring(browser.get(report)[1]).xpath("//textarea/text()")
    status, page = browser.post(
        report, text=text.replace("*Write what changes in the action plan.*", "Nothing."), number="1", do="approve"
    )
    unwritten = [
        "Write what progress the school has made, and what the actions of the school and of the authority have brought."
    ]
    assert (status, problems(page)) == (400, unwritten)
    [link] = html.fromstring(page).xpath("//*[contains(@class, 'error-summary__list')]//a/@href")
    assert html.fromstring(page).xpath(f"//*[@id='{link[1:]}']")
    status, page = browser.post(f"{report}/approve", number="2")
    assert (status, problems(page)) == (400, unwritten)


def test_a_period_much_longer_than_the_usual_one_is_warned_of(browser: Browser, report: str) -> None:
    browser.post(f"{report}/anew", since="2025-09-01", until="2026-09-07", number="1", confirmed="1")
    _, page = browser.post(report, text="It does well.", number="2", do="approve")
    assert "much longer than the month" in page


def test_days_that_have_not_come_are_refused_by_the_field(browser: Browser, asked: int, case: int) -> None:
    browser.sign_in("seo")
    later = {"since": "2026-09-01", "until": "2026-09-08"}
    for days, said in (
        (later, "must be today or in the past"),
        ({"since": "2026-09-07", "until": "2026-09-01"}, "same as or after"),
    ):
        for address, more in (
            (f"/tasks/{asked}/report", {}),
            ("/reports/begin", {"template": "barnsley/monthly", "school": "100002"}),
        ):
            status, page = browser.post(address, **days, **more)
            assert status == 400
            assert said in html.fromstring(page).xpath("string(//*[@id='until-error'])")


def test_nor_is_it_drafted_anew_for_them(browser: Browser, report: str) -> None:
    status, page = browser.post(f"{report}/anew", since="2026-09-01", until="2026-09-08", number="1")
    assert status == 400
    assert "must be today or in the past" in html.fromstring(page).xpath("string(//*[@id='until-error'])")


def test_another_supersedes_the_approved_one_of_a_task(browser: Browser, report: str, asked: int) -> None:
    address = f"/tasks/{asked}/report?another=yes"
    assert browser.client.get(address).headers["Location"] == report
    _, page = written(browser, report, "approve")
    assert f'href="{address}"' in page
    _, page = browser.get(address)
    assert 'name="another" value="yes"' in page
    assert html.fromstring(page).xpath("//input[@id='since' or @id='until']/@value") == ["2026-09-01", "2026-09-07"]
    later = str(browser.client.post(f"/tasks/{asked}/report", data={**DAYS, "another": "yes"}).headers["Location"])
    assert later != report
    assert browser.client.get(f"/tasks/{asked}/report").headers["Location"] == later
    page = browser.get(report)[1]
    assert f'href="{later}"' in page
    assert address not in page


def test_once_it_is_approved_pages_say_so(browser: Browser, report: str, asked: int) -> None:
    assert "Open the draft" in browser.get("/reports")[1]
    assert "When it is approved," in browser.get(report)[1]
    _, page = written(browser, report, "approve")
    assert "When it is approved," not in page
    assert "The task that asks for it is still open:" in page
    assert "Open the approved report" in browser.get("/reports")[1]


def test_it_says_when_its_figures_were_taken(browser: Browser, report: str, clock: VirtualClock) -> None:
    taken = f"As the cases stood when the draft was made, on {hour(clock.now())}."
    assert taken in browser.get(report)[1]
    clock.set(clock.now() + 2 * DAY)
    assert taken in written(browser, report)[1]
    assert taken in written(browser, report, "approve")[1]
    found = docx.Document(io.BytesIO(browser.client.get(f"{report}/report.docx").get_data()))
    assert taken in [p.text for p in found.paragraphs]


def test_its_files_are_named_by_their_school(browser: Browser, report: str) -> None:
    said = browser.client.get(f"{report}/report.docx").headers["Content-Disposition"]
    assert said == 'attachment; filename="monthly-sampleby-community-primary-school-2026-09-07.docx"'


def test_its_readers_find_it_when_it_is_approved(browser: Browser, report: str) -> None:
    assert browser.sign_in("lead-member").get(report)[0] == 404
    assert "Monthly evaluation:" not in browser.get("/reports")[1]
    written(browser.sign_in("seo"), report, "approve")
    assert browser.sign_in("lead-member").get(report)[0] == 200
    assert "Monthly evaluation: Sampleby" in browser.get("/reports")[1]


@pytest.mark.parametrize("role", ["clerk", "headteacher", "administrator"])
def test_others_do_not(browser: Browser, report: str, role: str) -> None:
    written(browser, report, "approve")
    assert browser.sign_in(role).get(report)[0] in (403, 404)


def test_another_authority_does_not(browser: Browser, report: str) -> None:
    assert browser.sign_in("seo", "elsewhere").get(report)[0] == 404
    assert browser.get("/reports/begin?template=barnsley/termly")[0] == 404


def test_it_is_drafted_anew_for_other_days(browser: Browser, report: str) -> None:
    written(browser, report)
    _, page = browser.post(f"{report}/anew", since="2026-08-01", until="2026-08-31", number="2", confirmed="1")
    assert "Report on 1 August 2026 to 31 August 2026" in page
    assert "It does well." not in page
    assert browser.post(f"{report}/anew", since="2026-08-31", until="2026-08-01", number="3")[0] == 400


def test_it_is_asked_before_a_draft_is_made_anew(browser: Browser, report: str, clock: VirtualClock) -> None:
    clock.set(clock.now() + DAY)
    written(browser, report)
    status, page = browser.post(f"{report}/anew", since="2026-08-01", until="2026-08-31", number="2")
    assert status == 200
    assert "A new text takes the place of what Sasha Example wrote" in page
    assert "It does well." in browser.get(report)[1]


def test_what_was_written_before_a_draft_was_made_anew_is_put_back(
    browser: Browser, report: str, clock: VirtualClock
) -> None:
    clock.set(clock.now() + DAY)
    written(browser, report)
    for said in ("2", "3"):
        browser.post(f"{report}/anew", since="2026-08-01", until="2026-08-31", number=said, confirmed="1")
    page = browser.get(report)[1]
    assert "What was written before the draft was made" in page
    [kept] = html.fromstring(page).xpath("//form//input[@name='text' and @type='hidden']/@value")
    browser.post(report, text=kept, number="4")
    assert html.fromstring(browser.get(report)[1]).xpath("string(//*[@class='app-report'])").strip() == "It does well."


def test_it_is_a_word_document_and_a_pdf(browser: Browser, report: str, case: int) -> None:
    found = docx.Document(io.BytesIO(browser.client.get(f"{report}/report.docx").get_data()))
    assert any(p.text == "Monthly evaluation: Sampleby Community Primary School" for p in found.paragraphs)
    assert f"http://localhost/cases/{case}" in {
        each.target_ref for each in found.part.rels.values() if each.is_external
    }
    assert any("A draft, not approved." in p.text for p in found.paragraphs)
    assert browser.client.get(f"{report}/report.pdf").get_data().startswith(b"%PDF-")
    assert browser.get(f"{report}/report.odt")[0] == 404


def test_reports_says_what_is_asked_for(browser: Browser, asked: int) -> None:
    _, page = browser.get("/reports")
    assert "Monthly evaluation of progress" in page
    assert f'href="/tasks/{asked}/report"' in page
    assert f'href="/tasks/{asked}/report"' not in browser.sign_in("lead-member").get("/reports")[1]


def test_one_is_made_without_a_task(browser: Browser, case: int) -> None:
    browser.sign_in("head-of-learning-and-standards")
    assert "Termly report to the Challenge Board" in browser.get("/reports")[1]
    assert "Make the draft" in browser.get("/reports/begin?template=barnsley/termly")[1]
    _, page = browser.post("/reports/begin", template="barnsley/termly", **DAYS)
    assert "Sampleby Community Primary School" in page


def test_one_of_a_school_asks_which(browser: Browser) -> None:
    browser.sign_in("seo")
    status, page = browser.post("/reports/begin", template="barnsley/monthly", **DAYS)
    assert status == 400
    assert "Choose the school" in page
    _, page = browser.post("/reports/begin", template="barnsley/monthly", school="100002", **DAYS)
    assert "URN 100002" in page


def test_only_its_writers_make_one(browser: Browser) -> None:
    browser.sign_in("clerk")
    assert browser.post("/reports/begin", template="barnsley/termly", **DAYS)[0] == 403


@pytest.mark.parametrize("role", ["lead-member", "administrator", "service-director", "clerk"])
def test_nobody_else_is_asked_which_days_it_is_about(browser: Browser, role: str) -> None:
    assert browser.sign_in(role).get("/reports/begin?template=barnsley/monthly")[0] == 403


def test_a_template_that_is_not_there_is_said(browser: Browser) -> None:
    status, page = browser.sign_in("seo").get("/reports/begin?template=barnsley/gone")
    assert status == 422
    assert "there is no such file" in page


def test_managers_find_the_trends_there_and_others_do_not(browser: Browser) -> None:
    assert 'href="/trends"' in browser.sign_in("service-director").get("/reports")[1]
    assert 'href="/trends"' not in browser.sign_in("seo").get("/reports")[1]


def test_whoever_is_barred_from_a_case_of_a_draft_is_told_so(
    app: Flask, browser: Browser, asked: int, case: int
) -> None:
    engine = engine_of(app)
    engine.reports.follow()
    boss = Scope("barnsley", frozenset({"service-director"}), "service-director@barnsley.example.org", oversees=True)
    engine.conflicts.bar(case, "seo@barnsley.example.org", "Her sister is the head.", boss)
    status, page = browser.get(f"/tasks/{asked}/report")
    assert status == 403
    assert "from which you are barred" in page
