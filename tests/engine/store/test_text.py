"""What PostgreSQL refuses to store, SQLite refuses too, and both say what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import String, Text, func, insert, select, update
from sqlalchemy.orm import Session

from engine import Engine, Scope
from engine.errors import DeploymentRefused, PathwaysError, TextTooLong, TextUnusable, ValueRefused
from engine.store.tables import Base, Notification, ProcessInstance, School, Setting
from engine.store.tenancy import set_scope
from engine.store.text import Name
from tests.engine.running import LOOP, deploy
from tests.engine.spiff.cases import bpmn


@contextmanager
def _writing(engine: Engine) -> Iterator[Session]:
    with engine.database.writing() as session:
        set_scope(session, Scope("town"))
        yield session


SCHOOL = {
    "urn": "100001",
    "authority": "town",
    "name": "Sampleby",
    "phase": "primary",
    "type": "community",
    "maintained": True,
}


def _added(**changed: str) -> Callable[[Any], Any]:
    return lambda session: session.execute(insert(School), [{**SCHOOL, **changed}])


def _object(**changed: str) -> Callable[[Any], Any]:
    def add(session: Any) -> None:
        session.add(School(**{**SCHOOL, **changed}))
        session.flush()

    return add


def _changed(**changed: str) -> Callable[[Any], Any]:
    return lambda session: session.execute(update(School).values(**changed))


WRITES: dict[str, tuple[Callable[[Any], Any], type[PathwaysError], str]] = {
    "a row": (_added(name="n" * 251), TextTooLong, "The name is too long: it may have 250 characters, and this one"),
    "an object": (_object(phase="p" * 31), TextTooLong, "The phase is too long: it may have 30 characters"),
    "an update": (_changed(governance="n" * 251), TextTooLong, "The governance is too long"),
    "a row with NUL": (_added(name="a\0b"), TextUnusable, "The name holds a character that cannot be stored, NUL"),
    "an object with NUL": (_object(name="\0"), TextUnusable, "NUL"),
    "an update with NUL": (_changed(name="\0"), TextUnusable, "NUL"),
    "half of a pair": (_added(name="a\ud800"), TextUnusable, "U\\+D800"),
}


@pytest.mark.parametrize("name", WRITES)
def test_what_cannot_be_stored_is_refused_with_the_reason(engine: Engine, name: str) -> None:
    write, kind, message = WRITES[name]
    with _writing(engine) as session, pytest.raises(kind, match=message):
        write(session)


def test_a_text_of_just_the_length_is_stored(engine: Engine) -> None:
    with _writing(engine) as session:
        _added(name="\u00fc" * 250)(session)
        session.commit()
    with engine.reading(Scope("town")) as session:
        assert session.scalar(select(func.length(School.name))) == 250


def test_nothing_is_as_long_as_what_is_too_long(engine: Engine) -> None:
    with engine.reading(Scope("town")) as session:
        assert session.scalars(select(School.urn).where(School.name == "n" * 1_000)).all() == []


@pytest.mark.parametrize(
    "search",
    [
        lambda: select(School.urn).where(School.name == "\0"),
        lambda: select(School.urn).where(School.name.ilike("%\0%")),
        lambda: select(School.urn).where(School.name.in_(["\0"])),
    ],
    ids=["equals", "like", "in"],
)
def test_a_search_for_nul_is_refused(engine: Engine, search: Callable[[], Any]) -> None:
    with engine.reading(Scope("town")) as session, pytest.raises(TextUnusable):
        session.execute(search())


@pytest.mark.parametrize(
    "search",
    [
        lambda: select(School.urn).where(func.lower(School.name).contains("\0")),
        lambda: select(ProcessInstance.id).where(ProcessInstance.id == 10**30),
        lambda: select(ProcessInstance.id).where(ProcessInstance.history_length == 2**40),
    ],
    ids=["a text that no type checks", "a number of thirty digits", "a number past the column's"],
)
def test_no_error_of_the_driver_reaches_a_person(engine: Engine, search: Callable[[], Any]) -> None:
    with engine.reading(Scope("town")) as session:
        try:
            found = session.execute(search()).all()
        except ValueRefused as refusal:
            assert str(refusal).startswith("The database takes no such value: ")
        else:
            assert found == []


def test_a_case_is_not_started_with_a_key_that_holds_nul(engine: Engine) -> None:
    deploy(engine, LOOP, authority="town")
    with pytest.raises(TextUnusable):
        engine.cases.start("p", authority="town", business_key="a\0b")
    with engine.reading(Scope("town")) as session:
        assert session.scalars(select(ProcessInstance.id)).all() == []


def test_a_name_that_fits_no_column_is_refused_at_deployment(engine: Engine) -> None:
    named = LOOP.replace(b'<bpmn:process id="p"', b'<bpmn:process id="p" name="' + b"n" * 251 + b'"')
    assert named != LOOP
    with pytest.raises(DeploymentRefused, match="PW-014"):
        deploy(engine, named, authority="town")


def test_a_role_too_long_to_keep_leaves_the_case_where_it_was(engine: Engine) -> None:
    roles = '<userTask id="{}" camunda:candidateGroups="= [who]"/>'
    xml = bpmn('<startEvent id="s"/>' + roles.format("t") + '<endEvent id="e"/>', "s>t t>e")
    deploy(engine, xml, authority="town")
    with pytest.raises(TextTooLong, match="The role is too long: it may have 60 characters"):
        engine.cases.start("p", variables={"who": "r" * 61}, authority="town")
    with engine.reading(Scope("town")) as session:
        assert session.scalars(select(ProcessInstance.id)).all() == []


def test_every_column_of_text_is_checked() -> None:
    unchecked = [
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, String | Text)
    ]
    assert unchecked == [], "use engine.store.text: Name, Short(n) or Long"


def test_the_message_names_the_column() -> None:
    kinds = ProcessInstance.__table__.c.business_key.type, Setting.__table__.c.name.type, Name()
    assert [kind.what for kind in kinds] == ["business key", "name", "text"]
    assert Notification.__table__.c.role.type.length == 60
