"""``pathways pack verify``."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from tests.webapp.evidence.test_checksums import packed, whole
from webapp.cli import main


def test_a_whole_pack_is_said_to_be_as_it_was_made(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["pack", "verify", str(packed(tmp_path, whole()))])
    assert done.exit_code == 0
    assert "pack.zip: as it was made; 2 files are as they were." in done.output
    assert "SHA-256 of the file: " in done.output


def test_a_changed_pack_ends_with_an_error(tmp_path: Path) -> None:
    file = packed(tmp_path, {**whole(), "story.json": b"{1}"})
    done = CliRunner().invoke(main, ["pack", "verify", str(file)])
    assert done.exit_code == 1
    assert "story.json was changed" in done.output
    assert "pack.zip: it was changed; 1 file is as it was." in done.output
