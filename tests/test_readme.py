"""What the README says is true: its targets, sign-ins, files, variables, library lines and reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.lint import properties
from engine.lint.supported import markdown
from engine.people.authorities import load_authorities
from tests.engine.test_library import REVIEW

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
VARIABLE = re.compile(r"\b(?:PATHWAYS_[A-Z_]*[A-Z]|DATABASE_URL|SECRET_KEY)\b")


def _quoted(pattern: str) -> set[str]:
    return set(re.findall(rf"`({pattern})`", README))


def test_it_lists_the_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)) - {"help"}
    assert {each.removeprefix("make ") for each in _quoted(r"make [a-z]+")} == targets


def test_its_sample_people_can_sign_in() -> None:
    people = {person.username for person in load_authorities(ROOT / "config/authorities")["barnsley"].people}
    assert _quoted(r"[a-z-]+@barnsley\.example\.org") == people


def test_the_files_that_it_names_are_there() -> None:
    named = _quoted(r"(?:config|engine|webapp|tests|processes|forms)/[\w./-]*|[\w-]+\.(?:md|toml|lock|json)")
    named |= set(re.findall(r"\]\(([^):#]+)\)", README))
    assert not [name for name in sorted(named) if not (ROOT / name).exists()]


def test_it_lists_the_variables_that_are_read() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for room in ("engine", "webapp") for path in (ROOT / room).rglob("*.py")
    )
    read = {name for name in re.findall(r'["\'](\w+)["\']', code) if VARIABLE.fullmatch(name)}
    named = set(VARIABLE.findall(README))
    assert read <= named, f"the README does not mention {sorted(read - named)}"
    mail = {name for name in named if name.startswith("PATHWAYS_MAIL_")}  # read by a prefix and a list of names
    assert named - mail <= read, f"nothing reads {sorted(named - mail - read)}"


def test_its_lines_for_the_engine_alone_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [lines] = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(lines.splitlines()) <= 12
    monkeypatch.chdir(tmp_path)
    (tmp_path / "review.bpmn").write_bytes(REVIEW)
    exec(lines, {})
    assert capsys.readouterr().out.startswith("completed {'pace': 'slow', 'outcome': 'wait', 'grade': 'inadequate'}")


def test_its_reference_is_what_the_engine_executes() -> None:
    shown = re.search(r"<!-- elements -->\n(.*?)<!-- end of elements -->", README, re.S)
    assert shown, "Run make docs."
    assert shown[1].strip() == markdown().strip(), "Run make docs."


def test_its_properties_are_those_that_the_engine_reads() -> None:
    shown = re.search(r"<!-- properties -->\n(.*?)<!-- end of properties -->", README, re.S)
    assert shown, "Run make docs."
    assert shown[1].strip() == properties.markdown().strip(), "Run make docs."
