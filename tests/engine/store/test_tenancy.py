"""Apart from the start: another authority's rows are invisible, however a query is written, and no query goes
unscoped."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, union_all, update
from sqlalchemy.orm import Session, aliased

from engine import Engine, Scope
from engine.errors import OtherAuthority, ScopeMissing
from engine.store.tables import ProcessInstance, School, Setting, UserTask
from engine.store.tenancy import scope_of, set_scope
from tests.engine.running import LOOP, deploy, running

TOWN, VILLAGE = Scope("town", frozenset({"seo"}), "sam"), Scope("village", frozenset({"seo"}), "vic")
CASE = ProcessInstance


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = running(database_url)
    for authority, urn in (("town", b"100001"), ("village", b"200002")):
        deploy(engine, LOOP, authority=authority)
        engine.schools.import_file(b"urn,name,phase,type\n" + urn + b",Sampleby,primary,community\n", authority)
        engine.cases.start("p", authority=authority, school=urn.decode())
    return engine


SELECTS: dict[str, Callable[[], Any]] = {
    "entity": lambda: select(CASE.authority),
    "alias": lambda: select(aliased(CASE).authority),
    "join": lambda: select(CASE.authority).join(UserTask, UserTask.instance_id == CASE.id),
    "outer join": lambda: select(School.authority).join(CASE, CASE.school_urn == School.urn, isouter=True),
    "count": lambda: select(func.count()).select_from(CASE),
    "subquery": lambda: select(select(CASE.authority).subquery().c.authority),
    "scalar subquery": lambda: select(select(func.count()).select_from(CASE).scalar_subquery()),
    "cte": lambda: select(select(CASE.authority).cte().c.authority),
    "union": lambda: union_all(select(CASE.authority), select(UserTask.authority)),
    "union in subquery": lambda: select(
        union_all(select(CASE.authority), select(UserTask.authority)).subquery().c.authority
    ),
    "in": lambda: select(School.authority).where(School.urn.in_(select(CASE.school_urn))),
}


@pytest.mark.parametrize("name", SELECTS)
def test_a_select_sees_its_own_authority_only(engine: Engine, name: str) -> None:
    with engine.reading(TOWN) as session:
        rows = [row[0] for row in session.execute(SELECTS[name]())]
    assert rows
    assert set(rows) <= {"town", 1}


@pytest.mark.parametrize("name", SELECTS)
def test_without_a_scope_every_select_is_an_error(engine: Engine, name: str) -> None:
    with Session(engine.database._open()) as session, pytest.raises(ScopeMissing):
        session.execute(SELECTS[name]())


def test_exists_looks_at_its_own_authority_only(engine: Engine) -> None:
    with engine.database.writing() as session:
        set_scope(session, Scope("hamlet"))
        session.add(Setting(name="x", value={}))
        session.flush()
        assert session.scalars(select(Setting.name).where(exists().where(CASE.id > 0))).all() == []


def test_get_finds_nothing_of_another(engine: Engine) -> None:
    with engine.reading(VILLAGE) as session:
        assert [session.get(CASE, ident) is None for ident in (1, 2)] == [True, False]
    with Session(engine.database._open()) as session, pytest.raises(ScopeMissing):
        session.get(CASE, 1)


def test_update_and_delete_leave_another_alone(engine: Engine) -> None:
    with engine.database.writing() as session:
        set_scope(session, VILLAGE)
        changed: Any = session.execute(update(CASE).values(reason="mine"))
        gone: Any = session.execute(delete(School))
        assert (changed.rowcount, gone.rowcount) == (1, 1)
        session.commit()
    with engine.reading() as session:
        assert list(session.scalars(select(CASE.authority).where(CASE.reason.is_not(None)))) == ["village"]
        assert list(session.scalars(select(School.authority))) == ["town"]


def test_nothing_is_written_for_another(engine: Engine) -> None:
    school = {
        "urn": "1",
        "name": "X",
        "phase": "primary",
        "type": "free",
        "diocese": "",
        "trust": "",
        "maintained": False,
    }
    with engine.database.writing() as session:
        set_scope(session, TOWN)
        with pytest.raises(OtherAuthority):
            session.execute(insert(School), [{**school, "authority": "village"}])
        with pytest.raises(ScopeMissing):
            session.execute(insert(School).values({**school, "authority": "village"}))
        session.add(School(**school, authority="village"))
        with pytest.raises(OtherAuthority):
            session.flush()
        session.expunge_all()
        mine = School(**school)
        session.add(mine)
        session.flush()
        assert mine.authority == "town"


def test_what_the_hook_cannot_see_is_refused(engine: Engine) -> None:
    table: Any = CASE.__table__
    with engine.reading(TOWN) as session:
        for statement in (
            text("SELECT * FROM process_instance"),
            select(table),
            update(table).values(reason="x"),
            delete(table),
        ):
            with pytest.raises(ScopeMissing):
                session.execute(statement)


def test_settings_belong_to_nobody(engine: Engine) -> None:
    with Session(engine.database._open()) as session:
        assert session.scalars(select(Setting)).all() == []
        with pytest.raises(ScopeMissing):
            scope_of(session)


def test_the_engine_itself_sees_all(engine: Engine) -> None:
    assert {each.instance_id for each in engine.tasks.open()} == {1, 2}
