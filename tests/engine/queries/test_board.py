"""The board of a process: its live cases by the stage of its own diagram."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

from engine import Engine, Scope, queries
from tests.engine.running import DAY, NOW, Statements, clock_of, deploy, running, task
from tests.engine.spiff.cases import bpmn, prop

BOSS = Scope("town", frozenset({"director"}), "boss", oversees=True)
SCHOOLS = "urn,name,phase,type\n100001,Elm,primary,community\n100002,Oak,primary,academy\n"
CALLED = bpmn(
    '<startEvent id="s"/><userTask id="inner" name="Inner" camunda:candidateGroups="seo"/><endEvent id="e"/>',
    "s>inner inner>e",
    key="q",
)
STAGES = bpmn(
    f'{prop(cases="many")}<startEvent id="s"/><userTask id="a" name="Visit" camunda:candidateGroups="seo" camunda:dueDate="= due"/>'
    '<parallelGateway id="g"/>'
    '<callActivity id="c" name="Support" calledElement="q"/><userTask id="b" name="Write" camunda:candidateGroups="seo"/><endEvent id="e"/><endEvent id="e2"/>',
    "s>a a>g g>c g>b c>e b>e2",
)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Elm's case is visited and goes on at two stages; Oak's waits for its visit."""
    made = running(database_url)
    made.schools.import_file(SCHOOLS.encode(), "town")
    deploy(made, CALLED, "q", "town")
    deploy(made, STAGES, authority="town")
    for urn in ("100001", "100002"):
        made.cases.start("p", school=urn, by=BOSS, variables={"due": "P3D"})
    made.tasks.complete(task(made, "a", 1), {}, by="sam")
    yield made
    made.dispose()


def columns(engine: Engine, who: Scope = BOSS) -> list[tuple[str, list[str]]]:
    with engine.reading(who) as session:
        found = queries.board(session, "p", clock_of(engine).now())
    return [(stage.name, [row.school_name for row in stage.cases]) for stage in found.stages]


def test_cases_stand_at_each_of_their_stages_in_the_order_of_the_diagram(engine: Engine) -> None:
    assert columns(engine) == [("Visit", ["Oak"]), ("Support", ["Elm"]), ("Write", ["Elm"])]


def test_live_cases_are_counted_by_their_process(engine: Engine) -> None:
    with engine.reading(BOSS) as session:
        assert queries.live_by_process(session) == {"p": 2}
    with engine.reading(Scope("city", frozenset({"director"}), "eve", oversees=True)) as session:
        assert queries.live_by_process(session) == {}


def test_what_falls_due_first_stands_first(engine: Engine) -> None:
    engine.cases.start("p", school="100001", by=BOSS, variables={"due": "P1D"})
    assert columns(engine)[0] == ("Visit", ["Elm", "Oak"])


def test_it_says_what_is_late(engine: Engine) -> None:
    clock_of(engine).set(NOW + 9 * DAY)
    with engine.reading(BOSS) as session:
        found = queries.board(session, "p", clock_of(engine).now())
    assert [row.late for row in found.stages[0].cases] == [True]


def test_a_case_that_has_ended_is_on_no_board(engine: Engine) -> None:
    engine.cases.cancel(2, "By mistake.", by=BOSS)
    assert columns(engine) == [("Support", ["Elm"]), ("Write", ["Elm"])]


def test_others_see_nothing_of_it(engine: Engine) -> None:
    assert columns(engine, Scope("city", frozenset({"director"}), "eve", oversees=True)) == []
    assert columns(engine, Scope("town", frozenset({"clerk"}), "cal")) == []


def test_of_many_some_are_shown_and_all_counted(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("engine.queries.board")
    monkeypatch.setattr(module, "MOST_AT_STAGE", 1)
    monkeypatch.setattr(module, "MOST_ON_BOARD", 2)
    engine.cases.start("p", school="100001", by=BOSS, variables={"due": "P1D"})
    with engine.reading(BOSS) as session:
        found = queries.board(session, "p", clock_of(engine).now())
    assert found.more
    assert [(stage.name, len(stage.cases), stage.total) for stage in found.stages] == [("Visit", 1, 2)]


def test_the_number_of_statements_does_not_grow_with_the_cases(engine: Engine) -> None:
    columns(engine)  # what a process keeps of its definitions is read once
    counted = []
    for _ in range(2):
        with engine.reading(BOSS) as session, Statements(engine) as statements:
            queries.board(session, "p", clock_of(engine).now())
        counted.append(len(statements.sent))
        for urn in ("100001", "100002") * 3:
            engine.cases.start("p", school=urn, by=BOSS, variables={"due": "P3D"})
    assert counted[0] == counted[1]
