"""Whose rows: what nobody has named an authority for is refused, of tables that take it from a mixin of their own too."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import Engine, Scope
from engine.errors import ScopeMissing
from engine.store.tables import DecisionDefinition, FormDefinition, ProcessDefinition, School

VERSIONED: list[Any] = [ProcessDefinition, FormDefinition, DecisionDefinition]


@pytest.mark.filterwarnings("ignore:Column 'school.authority'")
def test_the_engine_itself_says_whose_a_new_row_is(engine: Engine) -> None:
    nobody_s = School(urn="1", name="X", phase="primary", type="free", diocese="", trust="", maintained=False)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.add(nobody_s)
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


@pytest.mark.parametrize("table", VERSIONED, ids=lambda table: table.__tablename__)
def test_what_is_deployed_is_read_by_nobody_without_a_scope(engine: Engine, table: Any) -> None:
    with Session(engine.database._open()) as session, pytest.raises(ScopeMissing):
        session.execute(select(table))


@pytest.mark.parametrize("table", VERSIONED, ids=lambda table: table.__tablename__)
def test_what_is_deployed_is_not_read_past_the_classes(engine: Engine, table: Any) -> None:
    with engine.reading(Scope("town")) as session, pytest.raises(ScopeMissing):
        session.execute(select(table.__table__))
