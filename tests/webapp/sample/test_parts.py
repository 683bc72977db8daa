"""Databases that are filled by several processes and put together."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from webapp.sample.parts import in_parts

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
