"""Whose a new row is must be said by whoever may write for all: nothing is guessed."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from engine import Engine, Scope
from engine.store.tables import School


@pytest.mark.filterwarnings("ignore:Column 'school.authority'")
def test_the_engine_itself_says_whose_a_new_row_is(engine: Engine) -> None:
    nobody_s = School(urn="1", name="X", phase="primary", type="free", diocese="", trust="", maintained=False)
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.add(nobody_s)
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
