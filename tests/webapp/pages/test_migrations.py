"""Running cases are moved to another version in the browser: plan, choices, confirmation, result, undoing."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.engine.spiff.cases import bpmn
from tests.webapp.conftest import Browser, engine_of

PLAN = "/processes/talks/move"


def talks(element: str, name: str) -> bytes:
    body = (
        f'<startEvent id="s"/><userTask id="{element}" name="{name}" camunda:candidateGroups="seo"/>'
        '<userTask id="z" name="Send it" camunda:candidateGroups="seo"/><endEvent id="e"/>'
    )
    return bpmn(body, f"s>{element} {element}>z z>e", key="talks")


@pytest.fixture
def cases(app: Flask) -> list[int]:
    """Two cases at a task that the newest version calls otherwise and knows under another id."""
    engine = engine_of(app)
    deploy(app, talks("a", "Write the report"))
    made = [engine.cases.start("talks", authority="barnsley", school=urn) for urn in ("100001", "100002")]
    deploy(app, talks("b", "Write a report"))
    return made


def deploy(app: Flask, xml: bytes) -> None:
    engine_of(app).deployments.deploy({"talks.bpmn": xml}, "barnsley", by="owner", strict=False)


def moved(app: Flask, browser: Browser, **more: str) -> str:
    """The page of a move of all cases to the newest version, once the worker has done it."""
    given = {"to": "2", "map:talks/a": "b", "which": "all", "reason": "The policy of 1 September", **more}
    assert browser.sign_in("process-owner").post(PLAN, action="move", **given)[0] == 200
    engine_of(app).jobs.run_due()
    return browser.get("/moves/1")[1]


def version(app: Flask, case: int) -> int:
    return engine_of(app).cases.get(case).version


def test_the_process_page_says_how_many_run_on_older_versions_and_leads_to_the_plan(
    browser: Browser, cases: list[int]
) -> None:
    _, page = browser.sign_in("process-owner").get("/processes/talks")
    assert "2 running cases are on older versions." in page
    assert "Move running cases to version 2" in page


def test_after_deploying_it_is_said_how_many_run_on_older_versions(browser: Browser, cases: list[int]) -> None:
    _, page = browser.sign_in("process-owner").get("/processes/talks?deployed=1")
    assert "until somebody moves them: 2 run on older versions." in page


@pytest.mark.parametrize(("role", "status"), [("process-owner", 200), ("service-director", 200), ("seo", 403)])
def test_owners_and_managers_may_move_cases(browser: Browser, cases: list[int], role: str, status: int) -> None:
    assert browser.sign_in(role).get(PLAN)[0] == status


def test_the_plan_names_each_case_and_asks_by_name_where_it_goes_on(browser: Browser, cases: list[int]) -> None:
    _, page = browser.sign_in("process-owner").get(PLAN)
    assert "Where do cases at “Write the report” go on?" in page
    assert "Write a report (goes on there) – likely" in page
    assert f"Sampleby Community Primary School, case {cases[0]}" in page
    assert page.count("Choose where it goes on") == 2


def test_the_plan_follows_a_choice_and_lets_it_be_changed(browser: Browser, cases: list[int]) -> None:
    _, page = browser.sign_in("process-owner").post(PLAN, action="plan", **{"to": "2", "map:talks/a": "z"})
    assert "What waits at “Write the report” goes on as “Send it”" in page
    assert page.count("Goes where you have chosen") == 2
    assert '<option value="z" selected>' in page


def test_what_will_happen_is_said_before_it_does(app: Flask, browser: Browser, cases: list[int]) -> None:
    given = {"to": "2", "map:talks/a": "b", "which": "all", "reason": "The policy", "timers": "new"}
    _, page = browser.sign_in("process-owner").post(PLAN, action="continue", **given)
    assert "Move 2 cases to version 2?" in page
    assert "Timers that wait are worked out again." in page
    assert version(app, cases[0]) == 1


def test_without_a_reason_nothing_happens_and_nothing_typed_is_lost(
    app: Flask, browser: Browser, cases: list[int]
) -> None:
    given = {"to": "2", "map:talks/a": "z", "which": "all"}
    status, page = browser.sign_in("process-owner").post(PLAN, action="move", **given)
    assert status == 400
    assert "Enter why the cases are moved" in page
    assert '<option value="z" selected>' in page
    assert version(app, cases[0]) == 1


def test_only_the_ticked_cases_are_moved(app: Flask, browser: Browser, cases: list[int]) -> None:
    moved(app, browser, which="ticked", cases=str(cases[1]))
    assert [version(app, case) for case in cases] == [1, 2]


def test_somebody_who_ticks_nothing_is_asked_to(browser: Browser, cases: list[int]) -> None:
    given = {"to": "2", "which": "ticked", "reason": "The policy"}
    status, page = browser.sign_in("process-owner").post(PLAN, action="continue", **given)
    assert status == 400
    assert "Select at least one case" in page


def test_a_move_of_nothing_does_not_begin(app: Flask, browser: Browser, cases: list[int]) -> None:
    given = {"to": "2", "map:talks/a": "", "which": "all", "reason": "The policy"}
    status, page = browser.sign_in("process-owner").post(PLAN, action="continue", **given)
    assert (status, "None of these cases can be moved" in page) == (400, True)
    for case in cases:
        engine_of(app).cases.cancel(case, "Begun by mistake")
    for action in ("continue", "move"):
        status, page = browser.post(PLAN, action=action, **given)
        assert (status, "There is nothing to move." in page) == (400, True)
    assert browser.get("/moves/1")[0] == 404


def test_the_result_says_what_became_of_each_case(app: Flask, browser: Browser, cases: list[int]) -> None:
    page = moved(app, browser)
    assert "All done: 2 of 2 cases moved" in page
    assert "The policy of 1 September" in page
    assert page.count("It can be undone.") == 2


def test_a_case_that_stays_says_why(app: Flask, browser: Browser, cases: list[int]) -> None:
    page = moved(app, browser, **{"map:talks/a": ""})
    assert "<strong>2 stayed</strong>" in page
    assert "It is at “Write the report”, for which no element of the new version is chosen." in page


def test_the_case_tells_from_which_version_to_which_and_shows_both_diagrams(
    app: Flask, browser: Browser, cases: list[int]
) -> None:
    moved(app, browser)
    _, page = browser.get(f"/cases/{cases[0]}")
    assert "The case was moved to another version of its process" in page
    assert "From version 1 to version" in page
    assert ", version 1</a>" in page
    _, story = browser.get(f"/cases/{cases[0]}/chronology")
    assert "From version 1 to version 2." in story


def test_the_move_of_one_case_is_undone_from_its_page(app: Flask, browser: Browser, cases: list[int]) -> None:
    moved(app, browser)
    assert "Undo the move from version 1" in browser.get(f"/cases/{cases[0]}")[1]
    _, page = browser.post(f"/cases/{cases[0]}/moved/undo", **{"undo-reason": "Too early"})
    assert "The move is undone: the case is on version 1 again." in page
    assert [version(app, case) for case in cases] == [1, 2]


def test_undoing_needs_a_reason(app: Flask, browser: Browser, cases: list[int]) -> None:
    moved(app, browser)
    assert "Enter why the move is undone" in browser.post(f"/cases/{cases[0]}/moved/undo")[1]
    assert "Enter why the move is undone" in browser.post("/moves/1/undo")[1]
    assert version(app, cases[0]) == 2


def test_a_move_is_undone_for_all_that_have_not_moved_on(app: Flask, browser: Browser, cases: list[int]) -> None:
    moved(app, browser)
    engine = engine_of(app)
    (task,) = engine.tasks.open(cases[1])
    engine.tasks.complete(task.id, {}, by="seo")
    browser.post("/moves/1/undo", reason="Too early")
    engine.jobs.run_due()
    _, page = browser.get("/moves/1")
    assert "1 undone" in page
    assert "It was not undone: the case has moved on since." in page
    assert [version(app, case) for case in cases] == [1, 2]


def test_a_case_is_moved_from_its_own_page(app: Flask, browser: Browser, cases: list[int]) -> None:
    _, page = browser.sign_in("service-director").get(f"/cases/{cases[0]}")
    assert f"/processes/talks/move?case={cases[0]}" in page
    _, plan = browser.get(f"{PLAN}?case={cases[0]}")
    assert f"case {cases[0]}</label>" in plan
    assert f"case {cases[1]}</label>" not in plan


def test_another_authority_finds_no_such_move(app: Flask, browser: Browser, cases: list[int]) -> None:
    moved(app, browser)
    browser.sign_in("seo", "elsewhere")
    assert browser.get("/moves/1")[0] == 404
    assert browser.get(PLAN)[0] == 404
    assert browser.client.post("/moves/1/undo", data={"reason": "x"}).status_code == 404


def test_a_version_that_there_is_not_is_said(browser: Browser, cases: list[int]) -> None:
    status, page = browser.sign_in("process-owner").get(f"{PLAN}?to=9")
    assert status == 404
    assert "has no version 9" in page


def test_the_process_page_lists_the_moves(app: Flask, browser: Browser, cases: list[int]) -> None:
    moved(app, browser)
    _, page = browser.get("/processes/talks")
    assert "Moves of running cases" in page
