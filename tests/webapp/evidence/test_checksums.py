"""A pack verifies only as it was made."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from webapp.evidence import checksums
from webapp.evidence.checksums import NAME, sums, verify

FILES = {"story.json": b"{}", "diagrams/a.svg": b"<svg/>"}


def packed(tmp_path: Path, files: dict[str, bytes]) -> Path:
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def whole() -> dict[str, bytes]:
    return {**FILES, NAME: sums(FILES)}


def test_a_pack_as_it_was_made_verifies(tmp_path: Path) -> None:
    found = verify(packed(tmp_path, whole()))
    assert found.problems == ()
    assert found.intact == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({**FILES, "story.json": b"{} ", NAME: sums(FILES)}, "story.json was changed: its SHA-256 is another."),
        ({"story.json": b"{}", NAME: sums(FILES)}, "diagrams/a.svg is missing."),
        ({**FILES, "more": b"x", NAME: sums(FILES)}, f"more was added: {NAME} does not name it."),
        (FILES, f"It has no file {NAME}, so it is no evidence pack of Pathways."),
        ({NAME: b""}, f"{NAME} names no file."),
    ],
)
def test_what_was_changed_is_named(tmp_path: Path, changed: dict[str, bytes], said: str) -> None:
    assert verify(packed(tmp_path, changed)).problems == (said,)


def test_a_file_that_stands_twice_is_named(tmp_path: Path) -> None:
    path = packed(tmp_path, whole())
    with pytest.warns(UserWarning), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("story.json", b"{}")
    assert "story.json is in it twice." in verify(path).problems


def test_what_is_no_zip_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"nothing")
    assert "cannot be read as a zip file" in verify(path).problems[0]


def test_the_sums_are_as_sha256sum_writes_them() -> None:
    line = sums({"a": b""}).decode()
    assert line == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n"
    assert checksums.digest(b"") == line.split()[0]
