"""The register brought up to date in the browser. Every school here is invented."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from tests.webapp.conftest import Browser, engine_of

HEADING = "urn,name,phase,type,trust\n"
NEW = HEADING + "100099,Newly Primary Academy,primary,academy,Elm Trust\n"
CONVERTED = HEADING + "100001,Sampleby Community Primary School,primary,academy,Elm Trust\n"
LINKS = (
    "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"
    "100001,100006,Placeholder Park,Successor,01-09-2026\n100002,999999,Nowhere,Successor,\n"
)


@pytest.fixture
def manager(browser: Browser) -> Browser:
    return browser.sign_in("service-director")


def send(browser: Browser, schools: str | bytes = "", links: str = "") -> tuple[int, str]:
    files = {"schools": schools if isinstance(schools, bytes) else schools.encode(), "links": links.encode()}
    data = {name: (io.BytesIO(content), f"{name}.csv") for name, content in files.items() if content}
    return browser.post("/schools/import", **data)


def preview(browser: Browser, schools: str = "", links: str = "") -> str:
    status, page = send(browser, schools, links)
    assert status == 200
    return page


def number(app: Flask) -> str:
    """The address of the newest import: the seeded register was the first."""
    return "/schools/imports/2"


def test_files_are_looked_at_before_anything_is_changed(manager: Browser) -> None:
    assert "Newly Primary Academy" in preview(manager, NEW)
    assert manager.get("/schools/100099")[0] == 404


def test_confirmed_they_change_the_register(app: Flask, manager: Browser) -> None:
    preview(manager, NEW)
    manager.post(number(app))
    assert manager.get("/schools/100099")[0] == 200


def test_what_would_change_is_said_in_words(manager: Browser) -> None:
    page = " ".join(preview(manager, CONVERTED).split())
    assert (
        "type from community to academy; trust from none to Elm Trust; maintained by the authority from yes to no"
        in page
    )


def test_the_live_cases_that_it_touches_are_named(app: Flask, manager: Browser) -> None:
    case = engine_of(app).cases.start("barnsley-risk-review", authority="barnsley", school="100001")
    page = preview(manager, CONVERTED)
    assert "Live cases touched: 1" in page
    assert f'href="/cases/{case}"' in page


def test_looking_tells_no_case(app: Flask, manager: Browser) -> None:
    engine_of(app).cases.start("barnsley-risk-review", authority="barnsley", school="100001")
    preview(manager, CONVERTED)
    assert engine_of(app).jobs.run_due() == 0


def test_a_link_waits_and_one_to_nobody_is_said(manager: Browser) -> None:
    page = preview(manager, links=LINKS)
    assert (
        "Placeholder Park Primary Academy (URN 100006) follows Sampleby Community Primary School (URN 100001)" in page
    )
    assert "is on no register here: it is not followed." in page


def test_lines_that_cannot_be_read_are_told_with_their_number(manager: Browser) -> None:
    page = preview(manager, links=LINKS + "1,2,X,Successor,\n")
    assert "Line 4" in page
    assert "six digits" in page


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "Select a file of schools"),
        (b"\xff\xfe\x00PK\x03\x04", "not UTF-8"),
        (b"a,b\n1,2\n", "there is no column urn"),
        (HEADING.encode() + b"1,A,primary,academy,\n", "line 2: the URN"),
        (b"URN,EstablishmentName\n", "there is no column LA (code)"),
    ],
)
def test_a_bad_file_is_said_beside_its_field(manager: Browser, data: bytes, why: str) -> None:
    status, page = send(manager, data)
    assert status == 400
    assert why.replace('"', "&#34;") in page
    assert 'href="#schools"' in page


def test_a_file_that_is_too_large_is_refused(app: Flask, manager: Browser) -> None:
    app.config["REGISTER_LIMIT"] = 1000
    status, page = send(manager, HEADING + "x" * 2000)
    assert (status, "That is too large" in page) == (413, True)


def test_the_national_files_are_larger_than_what_is_sent_elsewhere(app: Flask, manager: Browser) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 100
    assert send(manager, NEW)[0] == 200


def test_where_the_register_has_changed_since_nothing_is_done(app: Flask, manager: Browser) -> None:
    preview(manager, CONVERTED)
    engine_of(app).schools.import_file(CONVERTED.replace("Elm", "Yew").encode(), "barnsley")
    status, page = manager.post(number(app))
    assert (status, "The register has changed since" in page) == (409, True)


def test_files_are_confirmed_once(app: Flask, manager: Browser) -> None:
    preview(manager, NEW)
    manager.post(number(app))
    assert manager.post(number(app))[0] == 404


def test_files_that_change_nothing_are_not_to_be_confirmed(manager: Browser) -> None:
    page = preview(
        manager, HEADING.replace(",trust", "") + "100001,Sampleby Community Primary School,primary,community\n"
    )
    assert "The files change nothing" in page


def test_each_import_has_a_report(app: Flask, manager: Browser) -> None:
    preview(manager, CONVERTED)
    manager.post(number(app))
    _, page = manager.get("/schools/imports")
    assert "0 added, 1 changed, 0 closed" in page
    assert "25 added" in page, "the register of the first start"
    assert "File of schools: schools.csv" in manager.get(number(app))[1]


def test_administrators_keep_the_register_too(browser: Browser) -> None:
    assert browser.sign_in("administrator").get("/schools/import")[0] == 200


def test_other_officers_do_not(browser: Browser) -> None:
    browser.sign_in("seo")
    assert browser.get("/schools/import")[0] == 403
    assert "/schools/import" not in browser.get("/schools")[1]
