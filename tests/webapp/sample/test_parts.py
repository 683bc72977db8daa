"""Databases that are filled by several processes and put together."""

from __future__ import annotations

import pickle
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from tests.webapp.conftest import engine_of
from webapp.sample.parts import in_parts
from webapp.sample.year import settled

NAMES = ["north", "south"]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    file = tmp_path / "whole.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE school (id INTEGER PRIMARY KEY, authority TEXT NOT NULL, name TEXT NOT NULL)")
        connection.execute("CREATE TABLE setting (name TEXT PRIMARY KEY)")
    return file


def fill(url: str, authority: str) -> None:
    """What a part's process does: here, two schools, a school of a neighbour, and a setting."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        for owner, name in ((authority, "first"), (authority, "second"), ("elsewhere", "third")):
            connection.execute("INSERT INTO school (authority, name) VALUES (?, ?)", [owner, name])
        connection.execute("INSERT INTO setting VALUES ('digest')")
        connection.commit()


def fail(url: str, authority: str) -> None:
    fill(url, authority)
    if authority == "south":
        raise ValueError("the south is not to be had")


def rows(file: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def test_each_part_comes_whole(whole: Path) -> None:
    in_parts(whole, NAMES, fill)
    wanted = [("north", "first"), ("north", "second"), ("south", "first"), ("south", "second")]
    assert rows(whole, "SELECT authority, name FROM school ORDER BY 1, 2") == wanted


def test_what_belongs_to_no_authority_is_left(whole: Path) -> None:
    in_parts(whole, NAMES, fill)
    assert rows(whole, "SELECT name FROM setting") == []


def test_a_part_that_fails_is_told_of(whole: Path) -> None:
    with pytest.raises(ValueError, match="not to be had"):
        in_parts(whole, NAMES, fail)


def test_a_part_that_fails_leaves_nothing(whole: Path) -> None:
    with pytest.raises(ValueError, match="not to be had"):
        in_parts(whole, NAMES, fail)
    assert rows(whole, "SELECT name FROM school") == []


def test_no_part_stays_beside(whole: Path) -> None:
    in_parts(whole, NAMES, fill)
    assert [path.name for path in whole.parent.iterdir()] == ["whole.db"]


def test_what_a_running_application_knows_of_its_authorities_goes_to_each_process(app: Flask) -> None:
    known = pickle.loads(pickle.dumps(settled(engine_of(app).config)))
    assert sorted(known.authorities) == ["barnsley", "elsewhere"]


def begin(url: str, authority: str) -> None:
    """A part's process begins two cases, which a trigger notes."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        for _ in range(2):
            connection.execute("INSERT INTO process_instance (authority) VALUES (?)", [authority])
        connection.commit()


def test_what_a_trigger_notes_is_noted_as_the_parts_are_put_together(whole: Path) -> None:
    with closing(sqlite3.connect(whole)) as connection:
        connection.execute("CREATE TABLE process_instance (id INTEGER PRIMARY KEY, authority TEXT NOT NULL)")
        connection.execute(
            "CREATE TABLE touched_case (id INTEGER PRIMARY KEY, instance_id INTEGER NOT NULL, authority TEXT NOT NULL)"
        )
        noted = "INSERT INTO touched_case (instance_id, authority) VALUES (NEW.id, NEW.authority)"
        connection.execute(f"CREATE TRIGGER begun AFTER INSERT ON process_instance BEGIN {noted}; END")
    in_parts(whole, NAMES, begin)
    cases = rows(whole, "SELECT id, authority FROM process_instance ORDER BY id")
    assert [authority for _, authority in cases] == ["north", "north", "south", "south"]
    assert rows(whole, "SELECT instance_id, authority FROM touched_case ORDER BY id") == cases
