"""The sample's first start: a database that is whole, or none."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from webapp.sample import first_start

ROOT = Path(__file__).resolve().parents[3]


def write(url: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE made (at TEXT)")
        connection.execute("INSERT INTO made VALUES ('whole')")


def rows(file: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("SELECT at FROM made").fetchall()


def test_a_new_database_takes_its_place_when_it_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "pathways.db"
    with first_start.aside(f"sqlite:///{place}") as url:
        write(url)
        assert not place.exists()
    assert rows(place) == [("whole",)]
    assert [path.name for path in tmp_path.iterdir()] == ["pathways.db"]


def test_what_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    place = tmp_path / "pathways.db"
    with pytest.raises(KeyboardInterrupt), first_start.aside(f"sqlite:///{place}") as url:
        write(url)
        raise KeyboardInterrupt
    assert not place.exists()
    with first_start.aside(f"sqlite:///{place}") as url:
        write(url)
    assert rows(place) == [("whole",)]


@pytest.mark.parametrize("url", ["postgresql://localhost/pathways", "sqlite://"])
def test_a_database_that_is_no_new_file_is_filled_where_it_is(url: str) -> None:
    with first_start.aside(url) as given:
        assert given == url


def test_a_database_that_is_there_is_filled_where_it_is(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'there.db'}"
    write(url)
    with first_start.aside(url) as given:
        assert given == url


def run(database: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "webapp.cli", "run", "--sample", *options]
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}"}
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT)


def test_a_first_start_that_is_killed_leaves_no_database(tmp_path: Path) -> None:
    with run(tmp_path / "pathways.db", "--port", "0") as started:
        assert started.stderr is not None
        assert "Making a year" in started.stderr.readline()
        started.send_signal(signal.SIGKILL)
    assert (tmp_path / "pathways.db.making").exists()
    assert not (tmp_path / "pathways.db").exists()


def test_a_port_in_use_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with run(tmp_path / "pathways.db", "--port", str(port)) as started:
            assert started.stderr is not None
            said = started.stderr.read()
    assert started.returncode == 1
    assert said.startswith(f"Error: Port {port} of 127.0.0.1 is in use")
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())
