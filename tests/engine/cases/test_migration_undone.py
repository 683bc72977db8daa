"""What takes the move of a case to another version back."""

from __future__ import annotations

import pytest

from engine import Engine, queries
from engine.errors import MigrationMovedOn
from engine.services.migrations import CHOSEN, SAME, Move
from tests.engine.cases.moves import NEWER, OWNER, WHY, asked, last, latest, move, rows, two_versions, version
from tests.engine.running import running, task, waiting
from tests.engine.spiff.cases import bpmn


@pytest.fixture
def engine(database_url: str) -> Engine:
    return running(database_url)


def undo(engine: Engine, number: int) -> None:
    engine.migrations.undo(number, "It was too early.", "owner")
    engine.jobs.run_due()


def test_a_move_is_taken_back_with_the_task_as_it_was(engine: Engine) -> None:
    case = two_versions(engine, asked(), asked("b", "head"))
    engine.tasks.claim(task(engine, "a"), by="ada")
    (before,) = engine.tasks.open(case)
    undo(engine, move(engine, {"p/a": "b"}))
    assert version(engine, case) == 1
    assert engine.tasks.open(case) == [before]
    assert (last(engine, case).how, last(engine, case).detail["reason"]) == ("reverted", "It was too early.")


def test_a_task_that_ended_by_the_move_is_open_again_with_its_claim(engine: Engine) -> None:
    later = '<intermediateCatchEvent id="w"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>'
    case = two_versions(engine, asked(), bpmn(f'<startEvent id="s"/>{later}<endEvent id="e"/>', "s>w w>e"))
    engine.tasks.claim(task(engine, "a"), by="ada")
    (before,) = engine.tasks.open(case)
    number = move(engine, {"p/a": "w"})
    assert waiting(engine, case) == []
    undo(engine, number)
    assert engine.tasks.open(case) == [before]
    with engine.reading() as session:
        assert queries.timers(session, instance=case) == []


def test_a_case_that_has_moved_on_stays_where_it_is(engine: Engine) -> None:
    case = two_versions(engine, asked(), asked(more='<userTask id="z"/>', sequence="s>a a>z z>e"))
    number = move(engine)
    engine.tasks.complete(task(engine, "a"), {}, by="ada")
    (row,) = rows(engine, number)
    assert not row.undoable
    with pytest.raises(MigrationMovedOn, match="has moved on since"):
        engine.migrations.undo_case(row.id, "It was too early.", "owner")
    undo(engine, number)
    assert version(engine, case) == 2
    assert "moved on since" in rows(engine, number)[0].why


def test_a_claim_is_no_moving_on(engine: Engine) -> None:
    case = two_versions(engine, asked(), NEWER)
    number = move(engine)
    engine.tasks.claim(task(engine, "a"), by="ada")
    undo(engine, number)
    assert version(engine, case) == 1
    assert [each.assignee for each in engine.tasks.open(case)] == ["ada"]


def test_what_was_told_to_people_by_a_move_is_not_taken_back(engine: Engine) -> None:
    told = (
        '<sendTask id="n" camunda:type="external" camunda:topic="notify"><extensionElements><camunda:inputOutput>'
        '<camunda:inputParameter name="to">seo</camunda:inputParameter>'
        '<camunda:inputParameter name="subject">Told</camunda:inputParameter>'
        '<camunda:inputParameter name="text">It is so.</camunda:inputParameter></camunda:inputOutput></extensionElements></sendTask>'
    )
    body = f'<startEvent id="s"/>{told}<userTask id="z"/><endEvent id="e"/>'
    case = two_versions(engine, asked(), bpmn(body, "s>n n>z z>e"))
    (row,) = rows(engine, move(engine, {"p/a": "n"}))
    assert waiting(engine, case) == ["z"]
    with pytest.raises(MigrationMovedOn, match="people were told"):
        engine.migrations.undo_case(row.id, "It was too early.", "owner")


def test_the_same_case_may_be_moved_again_after_it_was_taken_back(engine: Engine) -> None:
    case = two_versions(engine, asked(), asked("b"))
    undo(engine, move(engine, {"p/a": "b"}))
    assert [each.verdict for each in engine.migrations.plan(latest(engine), OWNER, {"p/a": "b"}).cases] == [CHOSEN]
    move(engine, {"p/a": "b"})
    assert waiting(engine, case) == ["b"]


def test_a_case_can_be_moved_back_to_an_earlier_version(engine: Engine) -> None:
    case = two_versions(engine, asked(), NEWER)
    first = engine.cases.get(case).definition_id
    move(engine)
    assert [each.verdict for each in engine.migrations.plan(first, OWNER).cases] == [SAME]
    engine.migrations.begin(first, WHY, "owner")
    engine.jobs.run_due()
    assert version(engine, case) == 1


def test_a_second_click_begins_no_second_move(engine: Engine) -> None:
    case = two_versions(engine, asked(), asked("b"))
    how = Move({"p/a": "b"})
    first = engine.migrations.begin(latest(engine), WHY, "owner", how)
    assert engine.migrations.begin(latest(engine), WHY, "owner", how) == first
    engine.migrations.finish(first)
    assert engine.migrations.begin(latest(engine), WHY, "owner", how) == first, "all have been moved meanwhile"
    assert engine.migrations.begin(latest(engine), WHY, "owner", how, cases=[case]) == first, "the same case, ticked"
    assert engine.migrations.begin(latest(engine), "Another reason.", "owner", how, cases=[case]) != first
