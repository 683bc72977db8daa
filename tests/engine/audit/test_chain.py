"""The chain of hashes: what is altered, removed, put elsewhere or put in shows; and the database refuses all of it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from engine import Engine, Scope
from engine.audit import Draft
from engine.audit.chain import BEGINNING, hash_of
from engine.cli.main import main
from engine.errors import EntryKept
from engine.store.tables import AuditChain, AuditEntry, School
from tests.engine.audit.reading import trail
from tests.engine.running import REMINDED, Statements, deploy, running, task

EVERYBODY = Scope.all_authorities()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine with five entries in its chain."""
    made = running(database_url)
    deploy(made, REMINDED)
    case = made.cases.start("p", by="olu")
    made.tasks.claim(task(made, "a", case), "sam")
    made.tasks.complete(task(made, "a", case), {"said": "yes"}, by="sam")
    made.cases.cancel(case, "A mistake.", by="olu")
    yield made
    made.dispose()


def tamper(engine: Engine, *statements: str) -> None:
    """Change the trail as somebody would who owns the database."""
    with engine.database._open().begin() as connection:
        if connection.dialect.name == "postgresql":
            user = connection.scalar(text("SELECT CURRENT_USER"))
            connection.execute(text(f'GRANT ALL ON audit_entry, audit_chain TO "{user}"'))
            for table in ("audit_entry", "audit_chain"):
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        else:
            for name in ("update", "delete", "insert"):
                connection.execute(text(f"DROP TRIGGER audit_entry_{name}"))
                connection.execute(text(f"DROP TRIGGER audit_chain_{name}"))
        for each in statements:
            connection.execute(text(each))


def wrong(engine: Engine, known: str = "") -> tuple[str, ...]:
    return engine.audit.verify("", known).wrong


def test_a_chain_that_nobody_touched_is_whole(engine: Engine) -> None:
    assert wrong(engine) == ()


def test_each_entry_holds_the_hash_of_the_one_before(engine: Engine) -> None:
    entries = trail(engine)
    assert [each.previous for each in entries] == [BEGINNING, *(each.hash for each in entries[:-1])]


def test_entries_are_numbered_from_one(engine: Engine) -> None:
    assert [each.seq for each in trail(engine)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("column", ["who", "why", "kind", "after", "address", "school_urn"])
def test_an_altered_entry_is_named(engine: Engine, column: str) -> None:
    tamper(engine, f"UPDATE audit_entry SET \"{column}\" = 'x' WHERE seq = 3")
    assert wrong(engine) == ("entry 3 was altered",)


def test_an_altered_moment_is_named(engine: Engine) -> None:
    tamper(engine, "UPDATE audit_entry SET at = '2020-01-01 00:00:00.000000' WHERE seq = 2")
    assert wrong(engine) == ("entry 2 was altered",)


def test_an_entry_that_was_altered_with_its_hash_does_not_fit_the_next(engine: Engine) -> None:
    with engine.reading() as session:
        columns = [getattr(AuditEntry, each.key) for each in AuditEntry.__table__.columns]
        row = dict(session.execute(select(*columns).where(AuditEntry.seq == 3)).mappings().one())
    made = hash_of({**row, "who": "nobody"})
    tamper(engine, f"UPDATE audit_entry SET who = 'nobody', hash = '{made}' WHERE seq = 3")
    assert wrong(engine) == ("entry 4 does not follow entry 3: one of them was put here, or altered",)


@pytest.mark.parametrize(("seq", "said"), [(1, "entry 1 was removed"), (4, "entry 4 was removed")])
def test_a_removed_entry_is_named(engine: Engine, seq: int, said: str) -> None:
    tamper(engine, f"DELETE FROM audit_entry WHERE seq = {seq}")
    assert wrong(engine) == (said,)


def test_the_removed_last_entry_is_named(engine: Engine) -> None:
    tamper(engine, "DELETE FROM audit_entry WHERE seq = 5")
    assert wrong(engine) == ("entry 5 was removed",)


def test_several_removed_entries_are_named(engine: Engine) -> None:
    tamper(engine, "DELETE FROM audit_entry WHERE seq > 2")
    assert wrong(engine) == ("entries 3 to 5 were removed",)


def test_a_chain_cut_short_with_its_end_is_known_by_a_hash_that_was_noted(engine: Engine) -> None:
    head, before = trail(engine)[-1].hash, trail(engine)[-1].previous
    tamper(
        engine,
        "DELETE FROM audit_entry WHERE seq = 5",
        f"UPDATE audit_chain SET entries = 4, head = '{before}' WHERE authority = ''",
    )
    assert wrong(engine, head) == (f"no entry has the hash {head}: what was there when it was noted has changed",)


def test_a_hash_that_was_noted_long_ago_is_found(engine: Engine) -> None:
    assert wrong(engine, trail(engine)[1].hash) == ()


def test_entries_that_changed_places_are_named(engine: Engine) -> None:
    tamper(
        engine,
        "UPDATE audit_entry SET seq = 99 WHERE seq = 2",
        "UPDATE audit_entry SET seq = 2 WHERE seq = 3",
        "UPDATE audit_entry SET seq = 3 WHERE seq = 99",
    )
    assert {"entry 2 was altered", "entry 3 was altered"} <= set(wrong(engine))


def test_an_entry_that_was_put_behind_the_end_is_named(engine: Engine) -> None:
    columns = ", ".join(f'"{each.key}"' for each in AuditEntry.__table__.columns if each.key != "seq")
    tamper(engine, f"INSERT INTO audit_entry (seq, {columns}) SELECT 6, {columns} FROM audit_entry WHERE seq = 5")
    assert "entry 6 and what follows were added past the end of the chain" in wrong(engine)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET who = 'x'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_chain",
        "UPDATE audit_chain SET entries = 1",
    ],
)
def test_the_database_itself_refuses(engine: Engine, statement: str) -> None:
    with engine.database._open().connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text(statement))


def test_postgresql_refuses_to_empty_the_table(postgresql_url: str) -> None:
    made = running(postgresql_url)
    with made.database._open().connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text("TRUNCATE audit_entry"))
    made.dispose()


@pytest.mark.parametrize("statement", [update(AuditEntry).values(who="x"), delete(AuditEntry)])
def test_the_application_refuses_statements(engine: Engine, statement: Any) -> None:
    with engine.transactions.writing(EVERYBODY) as session, pytest.raises(EntryKept):
        session.execute(statement)


def test_the_application_refuses_to_change_an_entry(engine: Engine) -> None:
    with engine.transactions.writing(EVERYBODY) as session:
        session.scalars(select(AuditEntry)).first().who = "x"  # type: ignore[union-attr]
        with pytest.raises(EntryKept):
            session.flush()
        session.rollback()


def test_the_application_refuses_to_delete_an_entry(engine: Engine) -> None:
    with engine.transactions.writing(EVERYBODY) as session:
        session.delete(session.scalars(select(AuditEntry)).first())
        with pytest.raises(EntryKept):
            session.flush()
        session.rollback()


def test_each_authority_has_a_chain_of_its_own(engine: Engine) -> None:
    deploy(engine, REMINDED, authority="town")
    assert [each.seq for each in trail(engine, "town")] == [1]


def test_many_at_once_write_one_chain(engine: Engine) -> None:
    cases = [engine.cases.start("p") for _ in range(12)]
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda case: engine.tasks.complete(task(engine, "a", case), by="sam"), cases))
    assert (wrong(engine), len(trail(engine))) == ((), 5 + 12 + 12)


def test_a_chain_begun_by_many_at_once_is_one(database_url: str) -> None:
    made = running(database_url)
    made.database._open()
    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda _: made.audit.note([Draft("town", "audit.viewed")], EVERYBODY), range(16)))
    assert (made.audit.verify("town").wrong, made.audit.verify("town").entries) == ((), 16)
    made.dispose()


def test_what_is_rolled_back_leaves_no_entry(engine: Engine) -> None:
    with pytest.raises(ValueError, match="broken"), engine.transactions.writing(EVERYBODY) as session:
        session.add(AuditChain(authority="x", entries=0, head="", key=b""))
        raise ValueError("broken")
    assert len(trail(engine)) == 5


def test_a_transaction_costs_three_statements_for_its_entries_however_many(engine: Engine) -> None:
    sent = []
    for number in (1, 9):
        with Statements(engine) as counted, engine.transactions.writing(EVERYBODY) as session:
            for each in range(number):
                session.add(_school(f"{number}{each}"))
        sent.append(sum("audit" in each for each in counted.sent))
    assert sent == [3, 3]


def _school(urn: str) -> School:
    known = {"phase": "primary", "type": "community", "maintained": True}
    return School(urn=urn, authority="", name=f"School {urn}", **known)


def verified(url: str, *options: str) -> Any:
    return verified_in(Path("nowhere"), url, *options)


def verified_in(config: Path, url: str, *options: str) -> Any:
    return CliRunner().invoke(main, ["audit", "verify", "--database", url, "--config", str(config), *options])


def test_the_command_prints_where_each_chain_ends(engine: Engine, database_url: str) -> None:
    said = verified(database_url)
    assert f"the installation: 5 entries, ending with {trail(engine)[-1].hash}. Whole." in said.output


def test_the_command_names_what_was_altered_and_fails(engine: Engine, database_url: str) -> None:
    tamper(engine, "UPDATE audit_entry SET why = 'x' WHERE seq = 4")
    said = verified(database_url)
    assert (said.exit_code, "  entry 4 was altered" in said.output) == (1, True)


def test_the_command_compares_with_a_hash_of_one_chain(engine: Engine, database_url: str) -> None:
    assert "say whose by --authority" in verified(database_url, "--head", "0" * 64).output


@pytest.mark.parametrize("options", [(), ("--authority", "town")])
@pytest.mark.parametrize(
    "chain",
    ["DELETE FROM audit_chain", f"UPDATE audit_chain SET entries = 0, head = '{BEGINNING}'"],
    ids=["gone", "emptied"],
)
def test_an_authority_with_cases_whose_trail_is_gone_is_named(
    engine: Engine, database_url: str, tmp_path: Path, options: tuple[str, ...], chain: str
) -> None:
    deploy(engine, REMINDED, authority="town")
    engine.cases.start("p", by="olu", authority="town")
    gone = ("DELETE FROM audit_entry", chain)
    tamper(engine, *(f"{each} WHERE authority = 'town'" for each in gone))
    said = verified_in(home_of(tmp_path), database_url, *options)
    assert (said.exit_code, "town: 0 entries" in said.output, "all of it was removed" in said.output) == (1, True, True)


#: The columns of an entry, and the same with a number that nobody has.
COLUMNS = ", ".join(column.name for column in AuditEntry.__table__.columns)
MOVED = COLUMNS.replace("seq", "seq + 100000")


def home_of(folder: Path) -> Path:
    """A configuration with a town."""
    (folder / "authorities").mkdir()
    said = "id: town\nname: Town\nroles:\n  - {id: seo, name: Officer}\n"
    (folder / "authorities" / "town.yaml").write_text(said, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "replaced",
    [
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 4",
        "REPLACE INTO audit_entry SELECT * FROM audit_entry",
        "INSERT OR REPLACE INTO audit_chain SELECT authority, 1, head, key FROM audit_chain",
        f"INSERT OR REPLACE INTO audit_entry (rowid, {COLUMNS}) SELECT rowid, {MOVED} FROM audit_entry WHERE seq = 4",
        f"REPLACE INTO audit_entry (_rowid_, {COLUMNS}) SELECT oid, {MOVED} FROM audit_entry",
        "INSERT OR REPLACE INTO audit_chain (rowid, authority, entries, head, key)"
        " SELECT rowid, 'another', entries, head, key FROM audit_chain",
        "UPDATE OR REPLACE audit_chain SET rowid = rowid + 1",
    ],
)
def test_sqlite_replaces_none(sqlite_url: str, replaced: str) -> None:
    made = running(sqlite_url)
    deploy(made, REMINDED)
    for _ in range(4):
        made.cases.start("p", by="olu")
    with made.database._open().begin() as connection, pytest.raises(DBAPIError, match="never changed|only moves on"):
        connection.exec_driver_sql(replaced)
    made.dispose()


def test_entries_are_exported_as_json_lines(engine: Engine, database_url: str) -> None:
    found = CliRunner().invoke(main, ["audit", "export", "--database", database_url, "--config", "nowhere"])
    assert len(found.output.splitlines()) == 5


def test_entries_are_exported_as_csv_without_formulas(database_url: str) -> None:
    made = running(database_url)
    deploy(made, REMINDED)
    made.cases.cancel(made.cases.start("p"), "=1+1", by="olu")
    command = ["audit", "export", "--database", database_url, "--config", "nowhere", "--format", "csv"]
    assert "'=1+1" in CliRunner().invoke(main, command).output
    made.dispose()
