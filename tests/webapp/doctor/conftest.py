"""A new installation for real people, and what the doctor says of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from webapp.cli import main

Asks = Callable[..., Result]

MAKES = "administrator|ada@{home}.gov.uk|--name|Ada Admin|--password|long enough for all|--authority|{home}"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new installation for real people, whose first administrators are made; its database."""
    place = tmp_path / "real.db"
    for name, value in {
        "DATABASE_URL": f"sqlite:///{place}",
        "SECRET_KEY": "k" * 32,
        "PATHWAYS_BASE_ADDRESS": "https://pathways.example.gov.uk",
        "PATHWAYS_PROXIES": "1",
        "PATHWAYS_FILES": str(tmp_path / "files"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PATHWAYS_SAMPLE", raising=False)
    for home in ("barnsley", "cheshire-east", "luton", "redcar-cleveland"):
        done = CliRunner().invoke(main, MAKES.format(home=home).split("|"))
        assert done.exit_code == 0, done.output
    return place


@pytest.fixture
def asked(installed: Path) -> Asks:
    """Run the doctor there."""
    return lambda *options: CliRunner().invoke(main, ["doctor", *options])


def line(about: str, result: Result) -> str:
    """What is said of something."""
    return next((each for each in result.output.splitlines() if about in each), "")
