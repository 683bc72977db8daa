"""The templates of reports: what their head says, and that those which are shipped ask for what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.diagram import read as read_diagram
from engine.errors import ReportTemplateWrong
from engine.people.authorities import load_authority
from tests.conftest import ROOT
from webapp.reports.template import load, of_authority, read

FOLDER = ROOT / "config" / "reports"
SHIPPED = sorted(file.relative_to(FOLDER).with_suffix("").as_posix() for file in FOLDER.rglob("*.md"))
HEAD = "---\ntitle: Monthly\nwriters: [seo]\nevery: month\n---\n"


def test_its_head_says_what_the_report_is() -> None:
    found = read("town/monthly", HEAD + "Text.\n")
    assert (found.title, found.writers, found.readers, found.every, found.school) == (
        "Monthly",
        ("seo",),
        (),
        "month",
        False,
    )
    assert found.text == "Text."
    assert found.authority == "town"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Text.", "does not begin with its title"),
        ("---\ntitle: A\n", "does not begin with its title"),
        ("---\ntitle: A\nwriters: [seo]\n---\n", "every"),
        ("---\ntitle: A\nwriters: [seo]\nevery: week\n---\n", "every"),
        ("---\ntitle: A\nwriters: []\nevery: month\n---\n", "writers"),
        ("---\ntitle: A\nwriters: [seo]\nevery: month\nmonth: 3\n---\n", "month"),
        ("---\n[\n---\n", "town/monthly"),
    ],
)
def test_what_is_wrong_in_it_is_said(text: str, reason: str) -> None:
    with pytest.raises(ReportTemplateWrong, match=reason):
        read("town/monthly", text)


@pytest.mark.parametrize("name", ["town/gone", "town", "../authorities/barnsley", "town/../x", "/etc/passwd", ""])
def test_no_file_beside_the_templates_is_read(name: str) -> None:
    with pytest.raises(ReportTemplateWrong, match="no such file"):
        load(FOLDER, name)


def test_those_of_an_authority_are_found_by_title() -> None:
    assert [each.name for each in of_authority(FOLDER, "barnsley")] == [
        "barnsley/monthly",
        "barnsley/quarterly",
        "barnsley/termly",
    ]
    assert of_authority(FOLDER, "") == []


def test_what_it_asks_people_to_write_is_unwritten_while_it_stands_in_the_text() -> None:
    text = "*Write  what changed.*\n\nNot *this*.\n**Nor this**\n*{{ nor.this }}*\n- item\n*Say why.*\r\n"
    template = read("town/monthly", HEAD + text)
    assert template.asks == ["Write  what changed.", "Say why."]
    assert template.unwritten("Write what\nchanged. Much.") == ["Write  what changed."]
    assert template.unwritten("All is said.") == []


@pytest.mark.parametrize("name", SHIPPED)
def test_its_roles_are_of_the_authority(name: str) -> None:
    template = load(FOLDER, name)
    roles = load_authority(ROOT / "config" / "authorities" / f"{template.authority}.yaml").roles
    assert {*template.writers, *template.readers} <= set(roles)


@pytest.mark.parametrize("name", SHIPPED)
def test_it_asks_for_processes_and_elements_that_are_drawn(name: str) -> None:
    template = load(FOLDER, name)
    known = {key: set(elements) for key, elements in _drawn(template.authority).items()}
    text = re.sub(r"programme(?=[,)])", '"cheshire-east-iop"', template.text)
    for process, element in re.findall(r'(?:passed|answers)\("([^"]+)", "([^"]+)"\)', text):
        assert element in known[process], (process, element)
    for process in re.findall(r'(?:cases|began|ended|still_open|in_time)\("([^"]+)"', text):
        assert process in known


def _drawn(authority: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in Path(ROOT / "processes" / authority).glob("*.bpmn"):
        diagram = read_diagram(file.read_bytes(), file.name)
        for element in diagram.elements.values():
            found.setdefault(element.process, set()).add(element.id)
    return found
