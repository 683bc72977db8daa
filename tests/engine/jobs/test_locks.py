"""What PostgreSQL locks when a job is claimed or has failed: nobody waits for another's case, and nobody gets in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import Engine, Scope
from engine.jobs import queue
from engine.store.tables import Job, ProcessInstance
from tests.engine.jobs.test_giving_up import claim
from tests.engine.jobs.test_queue import SCHOOL_YEAR
from tests.engine.running import DAY, LATER, clock_of, deploy, running


@pytest.fixture
def engine(postgresql_url: str) -> Engine:
    """On SQLite one writer keeps all others out (BEGIN IMMEDIATE), so there is nothing to lock."""
    return running(postgresql_url)


@contextmanager
def holding(engine: Engine, table: type[ProcessInstance] | type[Job], ident: int) -> Iterator[None]:
    """Another worker's transaction, which holds one row."""
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.scalars(select(table).where(table.id == ident).with_for_update()).one()
        yield


def is_held(session: Session, table: type[ProcessInstance] | type[Job], ident: int) -> bool:
    try:
        session.scalars(select(table).where(table.id == ident).with_for_update(nowait=True)).one()
    except OperationalError:
        return True
    return False


def held(engine: Engine, table: type[ProcessInstance] | type[Job], ident: int) -> bool:
    """Whether some transaction holds a row, asked from another one."""
    with engine.transactions.writing(Scope.all_authorities()) as session:
        found = is_held(session, table, ident)
        session.rollback()
    return found


def test_a_case_that_somebody_holds_is_passed_over_and_the_next_taken(engine: Engine) -> None:
    deploy(engine, LATER)
    first, second = engine.cases.start("p"), engine.cases.start("p")
    clock_of(engine).advance(DAY)
    with holding(engine, ProcessInstance, first):
        assert claim(engine).instance_id == second
        assert claim(engine) is None
    assert claim(engine).instance_id == first


def test_a_start_that_somebody_holds_is_passed_over(engine: Engine) -> None:
    deploy(engine, SCHOOL_YEAR)
    clock_of(engine).advance(7 * DAY)
    with engine.reading(Scope.all_authorities()) as session:
        [job] = session.query(Job).all()
    with holding(engine, Job, job.id):
        assert claim(engine) is None
    assert claim(engine).id == job.id


def test_a_case_is_held_while_its_job_is_claimed(engine: Engine) -> None:
    deploy(engine, LATER)
    case = engine.cases.start("p")
    clock_of(engine).advance(DAY)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        assert queue.claim(session, engine.clock.now(), engine.config) is not None
        assert held(engine, ProcessInstance, case)
    assert not held(engine, ProcessInstance, case)


@pytest.mark.parametrize("begins_by_itself", [False, True], ids=["a case's job", "a start"])
def test_what_failed_is_held_while_that_is_written(engine: Engine, begins_by_itself: bool) -> None:
    deploy(engine, SCHOOL_YEAR if begins_by_itself else LATER)
    case = 0 if begins_by_itself else engine.cases.start("p")
    clock_of(engine).advance(7 * DAY)
    job = claim(engine)
    row = (Job, job.id) if begins_by_itself else (ProcessInstance, case)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.scalars(queue._locked(job)).one()
        assert held(engine, *row)
    assert not held(engine, *row)
