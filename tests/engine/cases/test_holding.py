"""A case that holds its school in a category: no other open case overwrites that in silence."""

from __future__ import annotations

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from engine import Config, Engine, Scope, queries
from engine.errors import AnswerKept
from tests.engine.running import authority, deploy, role, running, waiting
from tests.engine.spiff.cases import bpmn, prop

SCHOOLS = (
    "urn,name,phase,type,category\n100001,Sampleby School,primary,community,B\n100002,Fableton,primary,community,B\n"
)
HEAD = Scope("town", frozenset({"head"}), "head@town.example.org")


def puts(element: str, category: str, more: str = "") -> str:
    """A task that puts the school in a category."""
    given = f'<camunda:inputParameter name="category">{category}</camunda:inputParameter>'
    return (
        f'<serviceTask id="{element}" name="Put it in {category}" camunda:type="external" camunda:topic="category">'
        f"<extensionElements><camunda:inputOutput>{given}</camunda:inputOutput>{more}</extensionElements></serviceTask>"
    )


def notice(**properties: str) -> bytes:
    """A notice: the school is in D while it runs, and in C after it."""
    said = prop(**properties) if properties else ""
    body = f'{said}<startEvent id="s"/>{puts("in", "D")}<userTask id="runs"/>{puts("out", "C")}<endEvent id="e"/>'
    return bpmn(body, "s>in in>runs runs>out out>e", key="notice")


def panel(category: str = "A", more: str = "") -> bytes:
    """A panel that puts the school in a category."""
    body = f'<startEvent id="s"/><userTask id="decide"/>{puts("set", category, more)}<endEvent id="e"/>'
    return bpmn(body, "s>decide decide>set set>e", key="panel")


@pytest.fixture
def town(database_url: str) -> Engine:
    """An engine with two schools in B, and a notice that holds its school in D."""
    of_town = authority("town")
    known = Config(authorities={"town": replace(of_town, roles={**of_town.roles, "head": role("head", "manage")})})
    engine = running(database_url, config=known)
    engine.schools.import_file(SCHOOLS.encode(), "town")
    deploy(engine, notice(holdsCategory="D, E"), "notice", "town")
    deploy(engine, panel(), "panel", "town")
    return engine


def begin(engine: Engine, process: str, school: str = "100001") -> int:
    return engine.cases.start(process, authority="town", school=school)


def answer(engine: Engine, case: int) -> None:
    """Complete the one open task of a case."""
    [task] = engine.tasks.open(case)
    engine.tasks.complete(task.id, {}, by=HEAD)


def category(engine: Engine, school: str = "100001") -> str:
    with engine.reading() as session:
        return queries.school(session, school).category


def incidents(engine: Engine) -> list[tuple[int | None, str, str]]:
    with engine.reading() as session:
        return [(row.instance_id, row.element, row.message) for row in queries.incidents(session)]


def test_another_case_puts_the_school_in_no_other_category_meanwhile(town: Engine) -> None:
    held = begin(town, "notice")
    other = begin(town, "panel")
    with pytest.raises(AnswerKept):
        answer(town, other)
    assert category(town) == "D"
    said = (
        '"Put it in A" would put Sampleby School in the category “A”, and case 1 of notice, which is open, holds it in “D”.'
        " Try again when that case has ended, or skip this step."
    )
    assert incidents(town) == [(other, "set", said)]
    assert waiting(town, other) == ["decide"]
    assert waiting(town, held) == ["runs"]


def test_once_the_holding_case_has_ended_a_retry_goes_on(town: Engine) -> None:
    held, other = begin(town, "notice"), begin(town, "panel")
    with pytest.raises(AnswerKept):
        answer(town, other)
    answer(town, held)
    assert category(town) == "C"
    with town.reading() as session:
        [incident] = queries.incidents(session)
    town.jobs.retry(incident.id, by=HEAD)
    assert category(town) == "A"


def test_the_same_category_is_no_conflict(town: Engine) -> None:
    deploy(town, panel("D"), "panel", "town")
    begin(town, "notice")
    answer(town, begin(town, "panel"))
    assert category(town) == "D"
    assert incidents(town) == []


def test_a_category_that_nobody_holds_is_decided_anew(town: Engine) -> None:
    deploy(town, notice(), "notice", "town")
    begin(town, "notice")
    answer(town, begin(town, "panel"))
    assert category(town) == "A"


def test_a_case_that_goes_on_after_it_let_go_holds_nothing(town: Engine) -> None:
    body = (
        f'<startEvent id="s"/>{puts("in", "D")}<userTask id="a"/>{puts("out", "C")}<userTask id="b"/><endEvent id="e"/>'
    )
    deploy(town, bpmn(prop(holdsCategory="D") + body, "s>in in>a a>out out>b b>e", key="long"), "long", "town")
    answer(town, begin(town, "long"))
    answer(town, begin(town, "panel"))
    assert category(town) == "A"


def test_a_task_may_leave_the_category_to_whoever_holds_it(town: Engine) -> None:
    leaves = '<camunda:properties><camunda:property name="whereHeld" value="leave"/></camunda:properties>'
    deploy(town, panel("A", leaves), "panel", "town")
    held, other = begin(town, "notice"), begin(town, "panel")
    answer(town, other)
    assert category(town) == "D"
    assert town.cases.variables(other)["school"]["category"] == "D"
    assert town.cases.get(other).status == "completed"
    answer(town, held)
    answer(town, begin(town, "panel"))
    assert category(town) == "A", "nobody holds it any more"


def test_another_school_is_not_held(town: Engine) -> None:
    begin(town, "notice")
    answer(town, begin(town, "panel", "100002"))
    assert category(town, "100002") == "A"


def test_a_case_that_would_begin_with_it_does_not_begin(town: Engine) -> None:
    begin(town, "notice")
    at_once = bpmn(f'<startEvent id="s"/>{puts("set", "A")}<endEvent id="e"/>', "s>set set>e", key="at-once")
    deploy(town, at_once, "at-once", "town")
    with pytest.raises(AnswerKept):
        begin(town, "at-once")
    assert category(town) == "D"


def test_two_at_once_are_told_apart(town: Engine) -> None:
    """On PostgreSQL the second waits for the school's row, and then sees what the first has put it in."""
    waits = bpmn(
        f'{prop(holdsCategory="D, E")}<startEvent id="s"/><userTask id="a"/>{puts("in", "D")}<userTask id="b"/>'
        '<endEvent id="e"/>',
        "s>a a>in in>b b>e",
        key="slow",
    )
    deploy(town, waits, "slow", "town")
    cases = begin(town, "slow"), begin(town, "panel")
    both = Barrier(2)

    def go(case: int) -> None:
        both.wait()
        try:
            answer(town, case)
        except AnswerKept:
            return

    threads = [Thread(target=go, args=(case,)) for case in cases]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert category(town) == "D", "whoever comes first, the case that holds decides"


def test_who_ends_a_holding_case_by_hand_leaves_managers_told(town: Engine) -> None:
    town.cases.cancel(begin(town, "notice"), "Given by mistake", by=HEAD)
    with town.reading() as session:
        told = [(row.subject, row.text) for row in queries.notifications(session, HEAD)]
    text = (
        "Case 1 of notice was ended before its diagram took Sampleby School out of category D, in which it had put the"
        " school. It stays there until another case decides."
    )
    assert told == [("Sampleby School stays in category D", text)]


def test_nobody_is_told_of_a_case_that_holds_nothing(town: Engine) -> None:
    town.cases.cancel(begin(town, "panel"), "Not this term", by=HEAD)
    with town.reading() as session:
        assert list(queries.notifications(session, HEAD)) == []
