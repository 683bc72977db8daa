"""What the README and docs/ say is true: targets, commands, sign-ins, files, variables, library lines and tables."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from engine.people.authorities import load_authorities
from tests.docs.pages import TABLES
from tests.engine.differential.differences import alike
from tests.engine.differential.shipped import FILES
from webapp.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))}
ALL = "\n".join(PAGES.values())
VARIABLE = re.compile(r"\b(?:PATHWAYS_[A-Z_]*[A-Z]|DATABASE_URL|SECRET_KEY)\b")
FILE = r"`((?:config|docs|engine|webapp|tests|processes|forms)/[\w./-]*|[\w-]+\.(?:md|toml|lock|json))`"
COMMAND = re.compile(r"\.venv/bin/pathways ([a-z]+)(?: ([a-z]+)\b(?![/.]))?")


def test_the_readme_is_short_enough_to_read() -> None:
    assert README.count("\n") <= 150


def test_the_targets_are_those_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)) - {"help"}
    assert set(re.findall(r"`make ([a-z]+)`", ALL)) == targets


def test_the_commands_are_there_and_written_as_they_are_typed() -> None:
    unknown = [(group, name) for group, name in COMMAND.findall(ALL) if not _is_command(group, name)]
    assert unknown == []
    assert not re.findall(r"^ +pathways .*|`pathways .*?`", ALL, re.M)


def _is_command(group: str, name: str) -> bool:
    found = main.commands.get(group)
    return found is not None and (not isinstance(found, click.Group) or name in found.commands)


def test_the_sample_people_can_sign_in() -> None:
    people = {
        person.username for each in load_authorities(ROOT / "config/authorities").values() for person in each.people
    }
    named = set(re.findall(r"`([a-z-]+@[a-z-]+\.example\.org)`", README))
    assert named, "the tour names whom to sign in as"
    assert named <= people


def test_the_files_that_are_named_are_there() -> None:
    assert not [name for name in sorted(set(re.findall(FILE, ALL))) if not _is_there(name)]


def _is_there(name: str) -> bool:
    return (ROOT / name).exists()


def test_each_link_leads_to_a_file() -> None:
    links = [(page, link) for page, text in PAGES.items() for link in re.findall(r"\]\(([^):#]+)\)", text)]
    assert not [(page.name, link) for page, link in links if not (page.parent / link).exists()]


def test_the_pictures_are_small() -> None:
    pictures = [*(ROOT / "docs").rglob("*.png"), *(ROOT / "docs").rglob("*.svg")]
    assert pictures
    assert sum(path.stat().st_size for path in pictures) < 200_000


def test_the_variables_are_those_that_are_read() -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for room in ("engine", "webapp") for path in (ROOT / room).rglob("*.py")
    )
    read = {name for name in re.findall(r'["\'](\w+)["\']', code) if VARIABLE.fullmatch(name)}
    named = set(VARIABLE.findall(ALL))
    assert read <= named, f"docs/reference/configuration.md does not mention {sorted(read - named)}"
    # Read by a prefix, and a list of names or the ids of the authorities.
    begun = {name for name in named if name.startswith(("PATHWAYS_MAIL_", "PATHWAYS_OIDC_SECRET"))}
    assert named - begun <= read, f"nothing reads {sorted(named - begun - read)}"


def test_as_many_diagrams_behave_alike_on_spiffworkflow_as_the_readme_says() -> None:
    assert f"{alike()} of our {len(FILES)}\ndiagrams behave alike" in README


def test_the_lines_for_the_engine_alone_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [lines] = re.findall(r"```python\n(.*?)```", README, re.S)
    assert len(lines.splitlines()) <= 12
    (tmp_path / "var").mkdir()
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    exec(lines, {})
    assert capsys.readouterr().out.startswith("completed {'pace': 'slow', 'outcome': 'wait', 'grade': 'inadequate'}")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_what_the_code_says(name: str) -> None:
    place, table = TABLES[name]
    shown = re.search(rf"<!-- {name} -->\n(.*?)<!-- end of {name} -->", PAGES[ROOT / place], re.S)
    assert shown, "Run make docs."
    assert shown[1].strip() == table().strip(), "Run make docs."
