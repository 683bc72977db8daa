"""The real application in a process of its own, a real Chromium, and axe."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import launch
from tests.browser.person import Person, listen

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
#: What is in order is not listed, which would take longer than to find what is not.
VIOLATIONS = "async () => (await axe.run({resultTypes: ['violations']})).violations"
#: Cells of tables whose text is wider than they are; those that are there for screen readers only are a pixel wide.
OVERLAPPING = """[...document.querySelectorAll('td, th')].filter(each => each.clientWidth > 1
    && each.scrollWidth > each.clientWidth + 1).map(each => each.textContent.trim().slice(0, 60))"""
#: Milliseconds after which what does not come is taken to be missing: many, since a busy machine is no fault of a page.
PATIENCE = 120_000
expect.set_options(timeout=PATIENCE)
PHONE, DESKTOP = {"width": 375, "height": 800}, {"width": 1280, "height": 900}


@contextmanager
def serving(database: Path) -> Iterator[str]:
    """The sample installation on a database, which it makes where there is none, worker included: its address."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{database}"}
    command = [sys.executable, "-m", "webapp.cli", "run", "--sample", "--empty", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT) as server:
        assert server.stdout is not None
        first = server.stdout.readline()
        found = re.search(r"http://\S+", first)
        assert found, f"the application did not start: {first}"
        yield found[0]
        server.terminate()


@pytest.fixture(scope="session")
def started_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a sample installation that has been started once, and that nobody has used."""
    database = tmp_path_factory.mktemp("made") / "pathways.db"
    with serving(database):
        return database


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, started_once: Path) -> Path:
    """Where the installation keeps its data."""
    database = tmp_path_factory.mktemp("web") / "pathways.db"
    with closing(sqlite3.connect(started_once)) as made, closing(sqlite3.connect(database)) as mine:
        made.backup(mine)
    return database


@pytest.fixture(scope="module")
def address(database: Path) -> Iterator[str]:
    """The address of a sample installation that nobody has used."""
    with serving(database) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Callable[[], Browser]]:
    """Gives Chromium, the machine's or else playwright's own. One that crashed takes its test with it, not all that follow."""
    running: list[Browser] = []
    with sync_playwright() as playwright:

        def current() -> Browser:
            if not running or not running[-1].is_connected():
                running.append(launch(playwright))
            return running[-1]

        yield current


@pytest.fixture
def browser(chromium: Callable[[], Browser]) -> Browser:
    """Chromium."""
    return chromium()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own, on a desktop. Whatever the browser's console says of it fails the test."""
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    said = listen(page)
    yield page
    context.close()
    assert not said


@pytest.fixture
def person(page: Page, address: str) -> Person:
    """Somebody at the page, not signed in yet."""
    return Person(page, address)


@pytest.fixture
def axe(page: Page) -> Callable[[], None]:
    """Check the page as it stands with axe, at desktop and at phone width: no violation, nothing to scroll sideways,
    no text over its neighbour."""

    def check() -> None:
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            if not page.evaluate("'axe' in window"):
                page.evaluate(AXE)
            found: list[dict[str, Any]] = page.evaluate(VIOLATIONS)
            said = [{"rule": each["id"], "where": [node["html"][:200] for node in each["nodes"]]} for each in found]
            assert not said, f"{page.url} at {size['width']} px: {json.dumps(said, indent=1)}"
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"{page.url} scrolls {wide} px sideways at {size['width']} px"
            over: list[str] = page.evaluate(OVERLAPPING)
            assert not over, f"{page.url} at {size['width']} px: text lies over the next cell: {over}"
        page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]

    return check
