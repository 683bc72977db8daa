"""Another authority's rows are invisible, however a query is written, and no query goes
unscoped."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, union_all, update
from sqlalchemy.exc import IntegrityError
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


def test_a_person_holds_roles_and_the_engine_all() -> None:
    assert TOWN.holds({"seo", "head"}, at=None, case=None)
    assert not TOWN.holds({"head"}, at=None, case=None)
    assert TOWN.holds((), at=None, case=None)
    assert Scope("town").holds((), at=None, case=None)
    assert not Scope("town").holds({"seo"}, at=None, case=None)
    assert Scope.all_authorities().holds({"head"}, at=None, case=None)


def test_a_person_acts_in_their_authority_and_the_engine_where_it_is_told() -> None:
    assert TOWN.within("village") == "town"
    assert Scope.all_authorities().within("village") == "village"


def test_a_scope_is_nobody_s_until_it_is_said_whose() -> None:
    assert Scope() == Scope("", frozenset(), "", False)
    assert Scope.all_authorities("sam") == Scope("", frozenset(), "sam", True)
    assert Scope.all_authorities().username == ""


def test_who_acts_in_a_session_is_told(engine: Engine) -> None:
    with engine.reading(TOWN) as session:
        assert scope_of(session) is TOWN
    with Session(engine.database._open()) as session, pytest.raises(ScopeMissing, match="which authority: a query"):
        scope_of(session)


def test_the_refusal_shows_the_statement_in_a_line(engine: Engine) -> None:
    with engine.reading(TOWN) as session, pytest.raises(ScopeMissing) as refusal:
        session.execute(text("SELECT *\n  FROM process_instance"))
    assert ": SELECT * FROM process_instance." in str(refusal.value)
    with engine.reading(TOWN) as session, pytest.raises(ScopeMissing) as refusal:
        session.execute(text("SELECT 1 -- " + "x" * 400))
    assert "x" * 188 in str(refusal.value)
    assert "x" * 189 not in str(refusal.value)


def test_rows_that_hide_from_the_check_are_refused(engine: Engine) -> None:
    with engine.database.writing() as session:
        set_scope(session, TOWN)
        with pytest.raises(ScopeMissing, match="INSERT without its rows as parameters"):
            session.execute(insert(School).values(urn="1", authority="town"))


SCHOOL = {
    "urn": "1",
    "name": "X",
    "phase": "primary",
    "type": "free",
    "diocese": "",
    "trust": "",
    "maintained": False,
}


def test_rows_of_one_s_own_are_written(engine: Engine) -> None:
    with engine.database.writing() as session:
        set_scope(session, TOWN)
        session.execute(insert(School), [{**SCHOOL, "authority": "town"}])
        session.execute(insert(School), {**SCHOOL, "urn": "2", "authority": "town"})
        assert session.scalars(select(School.urn).where(School.name == "X").order_by(School.urn)).all() == ["1", "2"]


def test_one_row_of_another_among_one_s_own_is_refused(engine: Engine) -> None:
    rows = [{**SCHOOL, "authority": "town"}, {**SCHOOL, "urn": "2", "authority": "village"}]
    with engine.database.writing() as session:
        set_scope(session, TOWN)
        for given in (rows, rows[1]):
            with pytest.raises(OtherAuthority) as refusal:
                session.execute(insert(School), given)
            assert refusal.value.details["authority"] == "village"


@pytest.mark.filterwarnings("ignore:Column 'school.authority'")
def test_rows_without_an_authority_are_refused_by_the_table(engine: Engine) -> None:
    with engine.database.writing() as session:
        set_scope(session, TOWN)
        with pytest.raises(IntegrityError):
            session.execute(insert(School), [SCHOOL])


def test_the_engine_itself_writes_for_any_authority(engine: Engine) -> None:
    with engine.transactions.writing(Scope.all_authorities()) as session:
        session.execute(insert(School), [{**SCHOOL, "authority": "hamlet"}])
        session.add(School(**SCHOOL, authority="moor"))
        session.flush()
    with engine.reading() as session:
        assert set(session.scalars(select(School.authority))) == {"town", "village", "hamlet", "moor"}


def test_objects_of_another_are_neither_changed_nor_deleted(engine: Engine) -> None:
    for change in ("changed", "deleted"):
        with engine.database.writing() as session:
            set_scope(session, Scope.all_authorities())
            found = session.scalars(select(School).where(School.authority == "village")).one()
            set_scope(session, TOWN)
            if change == "changed":
                found.name = "Mine"
            else:
                session.delete(found)
            with pytest.raises(OtherAuthority) as refusal:
                session.flush()
            assert refusal.value.details["authority"] == "village"
            session.rollback()


def test_objects_that_belong_to_nobody_need_no_scope(engine: Engine) -> None:
    with engine.database.writing() as session:
        session.add(Setting(name="mine", value={}))
        session.flush()
        session.add(School(**SCHOOL, authority="town"))
        with pytest.raises(ScopeMissing):
            session.flush()


def test_an_object_that_is_read_again_stays_one_s_own(engine: Engine) -> None:
    with engine.reading(TOWN) as session:
        found = session.scalars(select(CASE)).one()
        session.expire(found)
        assert found.authority == "town"
