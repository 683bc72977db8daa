"""A report's text as headings, paragraphs, list items and tables."""

from __future__ import annotations

from typing import Any

import pytest

from webapp.reports.blocks import blocks


def run(text: str, **more: Any) -> dict[str, Any]:
    return {"text": text, "bold": False, "italic": False, "link": "", **more}


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("Plain.", {"kind": "paragraph", "runs": [run("Plain.")]}),
        ("two\nlines", {"kind": "paragraph", "runs": [run("two"), run(" "), run("lines")]}),
        ("# One", {"kind": "heading", "level": 1, "runs": [run("One")]}),
        ("## Two", {"kind": "heading", "level": 1, "runs": [run("Two")]}),
        ("### Three", {"kind": "heading", "level": 2, "runs": [run("Three")]}),
        ("- item", {"kind": "item", "depth": 1, "number": None, "runs": [run("item")]}),
        ("7. item", {"kind": "item", "depth": 1, "number": 7, "runs": [run("item")]}),
        ("---", {"kind": "rule"}),
        (
            "| a | b |\n| - | - |\n| c | **d** |",
            {"kind": "table", "rows": [[[run("a")], [run("b")]], [[run("c")], [run("d", bold=True)]]]},
        ),
    ],
)
def test_each_kind_is_told(text: str, block: dict[str, Any]) -> None:
    assert blocks(text, "") == [block]


def test_marks_begin_and_end() -> None:
    [found] = blocks("a **b** *c* d", "")
    assert [(each["text"], each["bold"], each["italic"]) for each in found["runs"]] == [
        ("a ", False, False),
        ("b", True, False),
        (" ", False, False),
        ("c", False, True),
        (" d", False, False),
    ]


def test_links_within_pathways_get_the_whole_address() -> None:
    [found] = blocks("[case 1](/cases/1), [out](https://example.org/)", "https://p.example.org")
    assert [each["link"] for each in found["runs"]] == ["https://p.example.org/cases/1", "", "https://example.org/"]


def test_lists_know_how_deep_they_are_and_count() -> None:
    found = blocks("1. a\n2. b\n   - c\n3. d\n", "")
    assert [(each["depth"], each["number"]) for each in found] == [(1, 1), (1, 2), (2, None), (1, 3)]


def test_html_is_text() -> None:
    [found] = blocks("<b>no</b>", "")
    assert "".join(each["text"] for each in found["runs"]) == "<b>no</b>"
