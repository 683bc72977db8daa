"""A manager decides whether one school takes over from another. Every school here is invented."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.webapp.conftest import Browser, engine_of

OLD, OTHER, NEW, SECOND, NEWER = "100001", "100002", "100006", "100007", "199999"
ADDRESS = "/schools/successions/1"


def link(app: Flask, *pairs: tuple[str, str]) -> None:
    """What the national register says; the new schools have no category of their own."""
    lines = "".join(f"{old},{new},,Successor,01-09-2026\n" for old, new in pairs)
    data = f"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n{lines}".encode()
    engine_of(app).schools.import_file(data, "barnsley")


def review(app: Flask, school: str) -> int:
    return engine_of(app).cases.start("barnsley-risk-review", authority="barnsley", school=school)


@pytest.fixture
def manager(app: Flask, browser: Browser) -> Browser:
    return browser.sign_in("service-director")


def seen(browser: Browser) -> str:
    found = re.search('name="seen" value="([0-9a-f]+)"', browser.get(ADDRESS)[1])
    assert found
    return found[1]


def confirm(browser: Browser, **choices: str) -> tuple[int, str]:
    return browser.post(ADDRESS, action="confirm", seen=seen(browser), **choices)


def school_of(app: Flask, case: int) -> str | None:
    return engine_of(app).cases.get(case).school_urn


CATEGORY = {f"category-{NEW}": "low"}


def test_managers_see_on_the_schools_that_one_waits(app: Flask, manager: Browser) -> None:
    link(app, (OLD, NEW))
    assert "1 school follows another" in " ".join(manager.get("/schools")[1].split())
    assert f'href="{ADDRESS}"' in manager.get("/schools/successions")[1]


def test_what_would_be_moved_is_said(app: Flask, manager: Browser) -> None:
    case = review(app, OLD)
    link(app, (OLD, NEW))
    _, page = manager.get(ADDRESS)
    assert "Placeholder Park Primary Academy follows Sampleby Community Primary School" in page
    assert f'href="/cases/{case}"' in page
    assert "This cannot be undone" in page
    assert "still open" in page, "the register has not closed the old school"


def test_confirmed_the_case_is_the_new_school_s(app: Flask, manager: Browser) -> None:
    case = review(app, OLD)
    link(app, (OLD, NEW))
    status, page = confirm(manager, **CATEGORY)
    assert (status, "1 live case goes on under the new URN" in page) == (200, True)
    assert school_of(app, case) == NEW
    assert f"Case {case}" in manager.get(f"/schools/{NEW}")[1]


def test_both_schools_and_the_case_say_so(app: Flask, manager: Browser) -> None:
    case = review(app, OLD)
    link(app, (OLD, NEW))
    confirm(manager, **CATEGORY)
    assert "took this" in manager.get(f"/schools/{OLD}")[1]
    assert "Took the place of" in manager.get(f"/schools/{NEW}")[1]
    assert "Another school took the case over" in manager.get(f"/cases/{case}")[1]


def test_the_new_school_s_category_is_asked_where_they_differ(app: Flask, manager: Browser) -> None:
    link(app, (OLD, NEW))
    status, page = confirm(manager)
    assert (status, "Select the category of Placeholder Park Primary Academy" in page) == (400, True)


def test_refused_nothing_is_moved(app: Flask, manager: Browser) -> None:
    case = review(app, OLD)
    link(app, (OLD, NEW))
    status, page = manager.post(ADDRESS, action="refuse", reason="They are two schools.")
    assert (status, "They are two schools." in page) == (200, True)
    assert school_of(app, case) == OLD


def test_a_refusal_needs_a_reason(app: Flask, manager: Browser) -> None:
    link(app, (OLD, NEW))
    status, page = manager.post(ADDRESS, action="refuse", reason=" ")
    assert (status, "Enter why nothing is taken over" in page) == (400, True)


def test_a_refusal_may_be_decided_anew(app: Flask, manager: Browser) -> None:
    link(app, (OLD, NEW))
    manager.post(ADDRESS, action="refuse", reason="They are two schools.")
    assert 'name="seen"' in manager.post(ADDRESS, action="reopen")[1]


def test_a_merger_asks_which_case_goes_on(app: Flask, manager: Browser) -> None:
    start = engine_of(app).cases.start
    first, second = (start("barnsley-escalation", authority="barnsley", school=school) for school in (OLD, OTHER))
    link(app, (OLD, NEW), (OTHER, NEW))
    status, page = confirm(manager, **CATEGORY)
    assert (status, "Select which case of “Schools escalation process” goes on" in page) == (400, True)
    confirm(manager, **CATEGORY, **{f"case-{NEW}-barnsley-escalation": str(second)})
    assert [engine_of(app).cases.get(case).status for case in (first, second)] == ["cancelled", "active"]


def test_a_split_asks_who_takes_over(app: Flask, manager: Browser) -> None:
    case = review(app, OLD)
    link(app, (OLD, NEW), (OLD, SECOND))
    status, page = confirm(manager)
    assert (status, "Which school takes over from Sampleby Community Primary School?" in page) == (400, True)
    confirm(manager, **{f"to-{OLD}": SECOND}, **CATEGORY, **{f"category-{SECOND}": "low"})
    assert school_of(app, case) == SECOND


def test_a_page_that_is_out_of_date_moves_nothing(app: Flask, manager: Browser) -> None:
    link(app, (OLD, NEW))
    before = seen(manager)
    review(app, OLD)
    status, page = manager.post(ADDRESS, action="confirm", seen=before, **CATEGORY)
    assert (status, "has changed since the page was made" in page) == (409, True)


def test_only_managers_decide(app: Flask, browser: Browser) -> None:
    link(app, (OLD, NEW))
    browser.sign_in("seo")
    assert browser.get(ADDRESS)[0] == 403
    assert browser.post(ADDRESS, action="refuse", reason="x")[0] == 403


def test_who_would_follow_is_said_before_and_after(app: Flask, manager: Browser) -> None:
    people = f"email,name,role,school,from\nhalina@example.org,Halina Following,headteacher,{OLD},2020-09-01\n"
    engine_of(app).people.import_file(people.encode(), "barnsley")
    engine_of(app).schools.import_file(
        f"urn,name,phase,type\n{NEWER},Fresh Academy,primary,academy\n".encode(), "barnsley"
    )
    link(app, (OLD, NEWER))
    _, page = manager.get(ADDRESS)
    assert "Halina Following, Headteacher" in page
    assert "unless the register names somebody else before you confirm" in page
    assert "is tied to Fresh Academy now" in confirm(manager)[1]
