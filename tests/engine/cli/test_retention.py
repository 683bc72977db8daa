"""The command that says what is due for deletion."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from engine.cli.main import main
from engine.people.retention import NOTHING_SAID
from tests.engine.cases.kept import ended, keeping, later

AUTHORITY = "id: town\nname: Town\nroles: [{id: seo, name: SEO}]\n"


def said(url: str, folder: Path, *arguments: str) -> str:
    (folder / "authorities").mkdir(exist_ok=True)
    (folder / "authorities/town.yaml").write_text(AUTHORITY, encoding="utf-8")
    run = CliRunner(env={"DATABASE_URL": url, "PATHWAYS_CONFIG": str(folder)}).invoke
    return run(main, ["retention", "due", *arguments]).output


def test_it_counts_by_authority_and_process(database_url: str, tmp_path: Path) -> None:
    engine = keeping(database_url, tmp_path, NOTHING_SAID)
    ended(engine)
    later(engine, years=1)
    later(engine, years=7)
    engine.dispose()
    assert "town: p: 1" in said(database_url, tmp_path)
    assert "by Pathways' own default" in said(database_url, tmp_path, "--authority", "town")


def test_where_nothing_is_due_it_says_so(database_url: str, tmp_path: Path) -> None:
    assert "town: none" in said(database_url, tmp_path)
