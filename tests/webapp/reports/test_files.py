"""A report as Word and PDF: headings, lists, tables and links as they stand, who approved it, where figures come from."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import docx
import pytest

from webapp.reports.blocks import blocks
from webapp.reports.files import pdf, word

TEXT = """Begins *here*.

## Progress

- One of **two**
  - Inside ([case 7](/cases/7))

1. First
2. Second

| School | Since |
| --- | --- |
| Elm | 1 May |

### Deeper

---
[Out](https://example.org/x)
"""
AT = datetime(2026, 9, 7, tzinfo=UTC)


def made(text: str = TEXT, **more: Any) -> dict[str, Any]:
    figure = {"name": "Open", "value": "1", "cases": [{"said": "7: Elm", "link": "https://p.example.org/cases/7"}]}
    said = {
        "title": "Quarterly report",
        "authority": "Town",
        "days": "1 July 2026 to 30 September 2026",
        "state": "Approved by Sam.",
        "taken": "As the cases stood on 7 September 2026.",
        "sha256": "0" * 64,
        "figures": [figure],
    }
    return {**said, "blocks": blocks(text, "https://p.example.org"), **more}


def opened(**more: Any) -> Any:
    return docx.Document(io.BytesIO(word(made(**more), AT)))


def test_word_has_headings_of_their_levels() -> None:
    headings = [(p.style.name, p.text) for p in opened().paragraphs if p.style.name.startswith(("Heading", "Title"))]
    assert headings == [
        ("Title", "Quarterly report"),
        ("Heading 1", "Progress"),
        ("Heading 2", "Deeper"),
        ("Heading 1", "Where the figures come from"),
    ]


def test_word_has_lists_and_marks() -> None:
    paragraphs = {p.text: p for p in opened().paragraphs}
    assert paragraphs["One of two"].style.name == "List Bullet"
    assert paragraphs["Second"].style.name == "List Number"
    assert [run.text for run in paragraphs["One of two"].runs if run.bold] == ["two"]
    assert [run.text for run in paragraphs["Begins here."].runs if run.italic] == ["here"]
    inside = next(p for p in opened().paragraphs if p.text.startswith("Inside"))
    assert inside.style.name == "List Bullet 2"


def test_word_links_to_cases_with_the_whole_address() -> None:
    part = opened().part
    targets = {each.target_ref for each in part.rels.values() if each.is_external}
    assert targets == {"https://p.example.org/cases/7", "https://example.org/x"}


def test_word_has_tables_with_a_head() -> None:
    first, sources = opened().tables
    assert [[cell.text for cell in row.cells] for row in first.rows] == [["School", "Since"], ["Elm", "1 May"]]
    assert [cell.text for cell in sources.rows[1].cells] == ["Open", "1", "7: Elm"]
    assert "tblHeader" in first.rows[0]._tr.xml


def test_word_says_days_state_language_and_checksum() -> None:
    text = [p.text for p in opened().paragraphs]
    assert "1 July 2026 to 30 September 2026" in text
    assert "Approved by Sam." in text
    assert "As the cases stood on 7 September 2026." in text
    assert f"SHA-256 of what was approved: {'0' * 64}" in text
    assert opened().core_properties.language == "en-GB"


def test_word_of_a_draft_without_figures_has_neither() -> None:
    text = [p.text for p in opened(figures=[], sha256="").paragraphs]
    assert not any("SHA-256" in each or "figures" in each for each in text)


def test_a_pdf_says_when_the_figures_were_taken() -> None:
    assert pdf(made()) == pdf(made())
    assert pdf(made()) != pdf(made(taken="As the cases stood on 8 September 2026."))


@pytest.mark.parametrize("text", [TEXT, "Plain.", "#### Deep first\n\n# Then high", "- a\n\n  more of it\n- b"])
def test_a_pdf_is_made_of_any_of_it(text: str) -> None:
    found = pdf(made(text))
    assert found.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in found or b"/ObjStm" in found
