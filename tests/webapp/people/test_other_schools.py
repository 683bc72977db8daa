"""A contact meets nothing of another school: the two heads of the sample, at every route; and a head who moves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from engine.clock import VirtualClock
from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import Browser, engine_of, link_to, visit
from tests.webapp.people.test_access import addresses, state
from webapp.people.access import PUBLIC, ROUTES

#: A school of Holly's, which Nia (head-100021) knows nothing of; whose cases are told about and asked about.
URN, OTHER, THIRD = "100001", "100022", "100010"
#: What differs between two looks at one page, and the number that was asked for.
ONCE = re.compile(r'nonce=\S+|value="[^"]*"|\d+')
SECRETS = re.compile(r"Sampleby|100001|Holly|the SECRET")
#: The head is told and asks; what they and the seo answer is a story to be read.
ASKS = bpmn(
    '<startEvent id="s" name="Begun"/><sendTask id="n" name="Tell" camunda:type="external" camunda:topic="notify">'
    '<extensionElements><camunda:inputOutput><camunda:inputParameter name="to">headteacher</camunda:inputParameter>'
    '<camunda:inputParameter name="subject">A formal notice</camunda:inputParameter>'
    '<camunda:inputParameter name="text">="Read this notice, " + school.name</camunda:inputParameter>'
    "</camunda:inputOutput></extensionElements></sendTask>"
    '<userTask id="a" name="Internal report" camunda:candidateGroups="headteacher"/>'
    '<userTask id="b" name="Second report" camunda:candidateGroups="headteacher"/><endEvent id="e" name="Done"/>',
    "s>n n>a a>b b>e",
    key="asks",
)


@pytest.fixture
def asked(app: Flask) -> Flask:
    """Case 1 is Sampleby's, whose head has reported once; case 2 the other school's of hers; case 3 Nia's own."""
    engine = engine_of(app)
    engine.deployments.deploy({"asks.bpmn": ASKS}, "barnsley", strict=False)
    for urn in (URN, OTHER, "100021"):
        engine.cases.start("asks", authority="barnsley", school=urn)
    holly = engine.people.scope("barnsley", ["headteacher"], "headteacher@barnsley.example.org")
    engine.tasks.complete(1, {"said": "the SECRET"}, by=holly)
    return app


def test_each_head_has_their_own_school_s_task_and_notice(asked: Flask, browser: Browser) -> None:
    _, page = browser.sign_in("head-100021").get("/tasks")
    assert "Mythwell Foundation Primary School" in page
    assert not SECRETS.search(page)
    _, page = browser.sign_in("headteacher").get("/tasks")
    assert "A formal notice" in page
    assert "Sampleby Community Primary School" in page
    assert "Mythwell" not in page


def test_another_head_meets_nothing_of_the_school_at_any_route(asked: Flask) -> None:
    before = state(asked)
    client = Browser(asked.test_client()).sign_in("head-100021").client
    for endpoint, method, address in addresses(asked):
        if ROUTES[endpoint] == PUBLIC or endpoint in ("auth.sign_out", "own.everywhere", "sample.clock"):
            continue
        answer = client.open(address, method=method, data={"reason": "x", "search": "Sampleby"})
        said = answer.get_data(as_text=True).replace("search=Sampleby", "")  # their own words, in where a list leads
        assert not SECRETS.search(said), f"{method} {address}"
        if "/1" in address and endpoint != "definitions.xml":
            assert answer.status_code in (403, 404), f"{method} {address}: {answer.status_code}"
    assert state(asked) == before


@pytest.mark.parametrize("address", ["/tasks/1", "/tasks/4", "/cases/1", "/cases/1?diagram=1", "/cases/1?before=2"])
def test_another_school_s_page_is_not_there_as_one_that_never_was(asked: Flask, address: str) -> None:
    browser = Browser(asked.test_client()).sign_in("head-100021")
    never = re.sub(r"/\d+", "/4711", address, count=1)
    theirs, nobodys = (browser.get(each) for each in (address, never))
    assert theirs[0] == 404
    theirs_text, nobodys_text = (ONCE.sub("", each[1]) for each in (theirs, nobodys))
    assert theirs_text == nobodys_text


@pytest.mark.parametrize("act", ["", "/claim", "/release"])
def test_another_school_s_task_cannot_be_done(asked: Flask, act: str) -> None:
    before = state(asked)
    assert Browser(asked.test_client()).sign_in("head-100021").post(f"/tasks/4{act}")[0] == 404
    assert state(asked) == before


@pytest.mark.parametrize("query", ["search=Sampleby", f"search={URN}", f"school={URN}", "show=unclaimed", "show=mine"])
def test_another_school_s_task_is_not_found(asked: Flask, query: str) -> None:
    _, page = Browser(asked.test_client()).sign_in("head-100021").get(f"/tasks?{query}")
    assert "Internal report" not in page or "Mythwell" in page
    assert "Second report" not in page


def test_a_head_of_two_schools_moves_to_a_third(asked: Flask, browser: Browser, clock: VirtualClock) -> None:
    engine = engine_of(asked)
    engine.cases.start("asks", authority="barnsley", school=THIRD)
    holly = browser.sign_in("headteacher")
    assert [holly.get(f"/cases/{case}")[0] for case in (1, 2, 3, 4)] == [200, 200, 404, 404]
    moved = (
        "email,name,role,school,from,until\n"
        f"headteacher@barnsley.example.org,Holly Makebelieve,headteacher,{URN},2019-09-01,08/09/2026\n"
        f"headteacher@barnsley.example.org,Holly Makebelieve,headteacher,{THIRD},09/09/2026,\n"
    )
    engine.people.import_file(moved.encode("cp1252"), "barnsley")
    clock.advance(timedelta(days=1))
    assert [holly.get(f"/cases/{case}")[0] for case in (1, 2, 3, 4)] == [200, 200, 404, 404], "the last day"
    clock.advance(timedelta(days=1))
    assert [holly.get(f"/cases/{case}")[0] for case in (1, 2, 3, 4)] == [404, 200, 404, 200]
    assert not re.search("Sampleby|the SECRET", holly.get("/tasks")[1])
    assert "Exampleton High School" in holly.get("/tasks")[1]
    assert holly.post("/tasks/4")[0] == 404, "the old school's task"


def test_a_link_to_a_task_ends_when_its_reader_leaves_the_school(asked: Flask, clock: VirtualClock) -> None:
    email = "headteacher@barnsley.example.org"
    client = visit(asked, link_to(asked, 4, "headteacher", email))
    assert client.get("/tasks/4").status_code == 200
    left = f"email,name,role,school,from,until\n{email},Holly Makebelieve,headteacher,{URN},2019-09-01,2026-09-07\n"
    engine_of(asked).people.import_file(left.encode(), "barnsley")
    assert client.get("/tasks/4").status_code == 200
    clock.advance(timedelta(days=1))
    assert client.get("/tasks/4").status_code == 404
    assert client.post("/tasks/4").status_code == 404


def test_a_contact_who_is_tied_to_no_school_is_told_so(asked: Flask, browser: Browser, clock: VirtualClock) -> None:
    said = "Your account is tied to no school today"
    assert said not in browser.sign_in("head-100021").get("/tasks")[1]
    left = (
        "email,name,role,school,from,until\nhead-100021@barnsley.example.org,Nia Mocking,headteacher,100021,2019-09-01,"
    )
    engine_of(asked).people.import_file(f"{left}2026-09-07\n".encode(), "barnsley")
    clock.advance(timedelta(days=1))
    assert said in browser.get("/tasks")[1]
    assert said not in browser.sign_in("seo").get("/tasks")[1]
