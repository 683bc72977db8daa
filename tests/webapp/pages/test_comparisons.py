"""The page that says what is different between two versions of a process, or a version and a file."""

from __future__ import annotations

import io
import re

import pytest

from tests.webapp.conftest import ROOT, Browser

ADDRESS = "/processes/barnsley-escalation/compare"
FILE = ROOT / "processes/barnsley/barnsley-escalation.bpmn"


@pytest.fixture
def changed(browser: Browser) -> str:
    """The process owner has deployed a second version with another due date and another name."""
    xml = FILE.read_text(encoding="utf-8")
    new = xml.replace('camunda:dueDate="5 working days"', 'camunda:dueDate="9 working days"', 1)
    new = new.replace("Exit: support reduced, case closed", "Exit: closed")
    assert new.count("9 working days") == xml.count("9 working days") + 1
    body = {"xml": new, "note": "Longer", "file": FILE.name}
    assert browser.sign_in("process-owner").client.post("/api/deploy", json=body).status_code == 200
    return new


def rows(page: str) -> list[str]:
    """The rows of the tables of differences, as text."""
    found = re.findall(r"<tr class=\"govuk-table__row\">\s*(<th scope=\"row\".*?)</tr>", page, re.S)
    return [
        " | ".join(re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S))
        for row in found
    ]


def test_the_newest_two_versions_are_compared(browser: Browser, changed: str) -> None:
    status, page = browser.get(ADDRESS)
    assert status == 200
    assert any(row.endswith("| due date | 5 working days | 9 working days") for row in rows(page))
    assert any("Exit: closed" in row and "Exit: support reduced, case closed" in row for row in rows(page))
    assert "2 differences" in page


def test_a_process_of_one_version_has_no_difference_yet(browser: Browser) -> None:
    assert "Nothing is different." in browser.sign_in("seo").get(ADDRESS)[1]


def test_two_processes_are_compared(browser: Browser) -> None:
    browser.sign_in("seo")
    ids = [
        re.search(r"/definitions/(\d+)\.bpmn", browser.get(f"/processes/barnsley-{name}")[1])[1]
        for name in ("powers", "complaint")
    ]  # type: ignore[index]
    page = browser.get(f"/processes/barnsley-powers/compare?old={ids[0]}&new={ids[1]}")[1]
    assert re.search(r"\d\d+ differences", page)


def test_a_file_is_compared_and_not_kept(browser: Browser, changed: str) -> None:
    other = (ROOT / "processes/redcar-cleveland/redcar-warning-notice.bpmn").read_bytes()
    answer = browser.client.post(ADDRESS, data={"file": (io.BytesIO(other), "neighbour.bpmn")})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Warning notice and powers of intervention" in page
    assert "neighbour.bpmn" in page
    assert "neighbour.bpmn" not in browser.get("/processes/barnsley-escalation")[1]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Select a .bpmn file"),
        (b"<x/>", "not &#34;definitions&#34; of BPMN 2.0"),
        (b"no", "is not well-formed XML"),
    ],
)
def test_what_cannot_be_compared_says_why(browser: Browser, content: bytes, told: str) -> None:
    data = {"file": (io.BytesIO(content), "mine.bpmn")} if content else {}
    answer = browser.sign_in("process-owner").client.post(ADDRESS, data=data)
    assert answer.status_code == 400
    assert told in answer.get_data(as_text=True)


def test_no_id_of_a_role_or_form_is_shown(browser: Browser, changed: str) -> None:
    new = changed.replace('candidateGroups="seo,system-leader"', 'candidateGroups="head-of-bsa"', 1)
    answer = browser.client.post("/api/deploy", json={"xml": new, "note": "Who", "file": FILE.name})
    assert answer.status_code == 200, answer.get_json()
    (row,) = [row for row in rows(browser.get(ADDRESS)[1]) if "| roles |" in row]
    assert row.endswith("| Head of the Barnsley Schools’ Alliance (BSA)")
    assert "head-of-bsa" not in row


@pytest.mark.parametrize("query", ["?old=999", "?new=999999999999999999999", "?old=x"])
def test_a_version_that_is_not_there(browser: Browser, query: str) -> None:
    assert browser.sign_in("seo").get(ADDRESS + query)[0] in (200, 404)
