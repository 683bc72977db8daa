"""A task that changes between the look at it and the claim: what is so when the claim is written counts, and is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import Engine, Scope
from engine.cases import hands
from engine.cases.stepping import World
from engine.errors import TaskClaimed, TaskNotOpen
from engine.store.tables import UserTask
from tests.engine.running import LOOP, deploy, task

SAM = Scope("town", frozenset({"seo"}), "sam")
Command = Callable[[Session, World, int, Scope], None]
COMMANDS: list[Command] = [hands.claim, hands.release]


@pytest.fixture
def seen(engine: Engine) -> int:
    """A task that waits for anybody of its role."""
    deploy(engine, LOOP, authority="town")
    return task(engine, "a", engine.cases.start("p", authority="town"))


def after(engine: Engine, seen: int, command: Command, **meanwhile: Any) -> None:
    """Give a command about a task that was looked at before this happened to it."""
    with engine.transactions.writing(SAM) as session:
        looked_at = session.get(UserTask, seen)
        changed = update(UserTask).where(UserTask.id == seen).values(**meanwhile)
        session.execute(changed.execution_options(synchronize_session=False))
        assert looked_at is not None
        command(session, engine.transactions.world, seen, SAM)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_task_that_was_done_meanwhile_is_not_taken_nor_given_back(
    engine: Engine, seen: int, command: Command
) -> None:
    with pytest.raises(TaskNotOpen, match="it was completed by sue"):
        after(engine, seen, command, status="completed", ended_by="sue")


def test_a_task_that_somebody_took_meanwhile_is_theirs(engine: Engine, seen: int) -> None:
    with pytest.raises(TaskClaimed, match="claimed by sue"):
        after(engine, seen, hands.claim, assignee="sue")


def test_a_claim_that_somebody_else_has_meanwhile_is_not_given_back(engine: Engine, seen: int) -> None:
    engine.tasks.claim(seen, by=SAM)
    with pytest.raises(TaskClaimed, match="claimed by sue"):
        after(engine, seen, hands.release, assignee="sue")


def test_a_task_that_is_done_says_so_to_whoever_asks_for_it(engine: Engine, seen: int) -> None:
    engine.tasks.complete(seen, by=SAM)
    with pytest.raises(TaskNotOpen, match="it was completed by sam"):
        engine.tasks.claim(seen, by=Scope("town", frozenset({"seo", "clerk"}), "cleo"))
