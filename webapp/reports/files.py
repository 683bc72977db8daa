"""A report as a file: Word and PDF, with what it is, who approved it, and where its figures come from."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import RGBColor
from docx.text.paragraph import Paragraph

from engine.queries import ReportRow
from webapp.dates import day, hour
from webapp.evidence.pdf import printed
from webapp.people.names import person
from webapp.reports.blocks import Run, blocks

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
_LINK = RGBColor(0x1D, 0x70, 0xB8)


def document(row: ReportRow, authority: str, base: str) -> dict[str, Any]:
    """The report as plain values, from which both files are made; links within Pathways begin with ``base``."""
    return {
        "title": row.title,
        "authority": authority,
        "days": f"{day(row.since)} to {day(row.until)}",
        "state": _state(row),
        "taken": taken(row),
        "sha256": row.sha256,
        "blocks": blocks(row.text, base),
        "figures": [
            {
                "name": figure["name"],
                "value": figure["value"],
                "cases": [
                    {"said": f"{each['id']}: {each['about']}", "link": f"{base}/cases/{each['id']}"}
                    for each in figure["cases"]
                ],
            }
            for figure in row.figures
        ],
    }


def taken(row: ReportRow) -> str:
    """When the figures of a report were taken, in words."""
    return f"As the cases stood when the draft was made, on {hour(row.made)}."


def _state(row: ReportRow) -> str:
    if row.approved is None:
        by = (
            f"Last written on by {person(row.saved_by)}"
            if row.saved_by
            else "Nobody has written on it since it was drafted"
        )
        return f"A draft, not approved. {by}, {hour(row.saved)}."
    return f"Approved by {person(row.approved_by)}, {hour(row.approved)}."


def pdf(made: Mapping[str, Any]) -> bytes:
    """The report as a PDF. Raises NotPrintable."""
    return printed(made, layout="reports/report.typ").content


def word(made: Mapping[str, Any], at: datetime) -> bytes:
    """The report as a Word document, of a moment."""
    file = docx.Document()
    _describe(file, made, at)
    file.add_heading(made["title"], 0)
    for line in (made["authority"], made["days"], made["state"], made["taken"]):
        file.add_paragraph(line)
    for block in made["blocks"]:
        _write(file, block)
    if made["figures"]:
        file.add_heading("Where the figures come from", 1)
        rows = [[[_run(each)] for each in ("Figure", "Value", "Cases")]]
        rows += [[[_run(each["name"])], [_run(each["value"])], _cases(each["cases"])] for each in made["figures"]]
        _table(file, rows)
    if made["sha256"]:
        file.add_paragraph(f"SHA-256 of what was approved: {made['sha256']}")
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


def _describe(file: Document, made: Mapping[str, Any], at: datetime) -> None:
    said = file.core_properties
    said.title, said.author, said.language = made["title"], made["authority"], "en-GB"
    said.created = said.modified = at
    said.comments = ""
    language = file.styles["Normal"].element.get_or_add_rPr()
    spoken = OxmlElement("w:lang")
    spoken.set(qn("w:val"), "en-GB")
    language.append(spoken)


def _run(text: str, link: str = "") -> Run:
    return {"text": text, "bold": False, "italic": False, "link": link}


def _cases(cases: Sequence[Mapping[str, str]]) -> list[Run]:
    found = []
    for at, each in enumerate(cases):
        found += [_run("; ")] if at else []
        found.append(_run(each["said"], each["link"]))
    return found


def _write(file: Document, block: Mapping[str, Any]) -> None:
    match block["kind"]:
        case "heading":
            _fill(file.add_heading("", block["level"]), block["runs"])
        case "item":
            style = "List Bullet" if block["number"] is None else "List Number"
            _fill(
                file.add_paragraph(style=f"{style} {block['depth']}" if 1 < block["depth"] < 4 else style),
                block["runs"],
            )
        case "table":
            _table(file, block["rows"])
        case "paragraph":
            _fill(file.add_paragraph(), block["runs"])


def _table(file: Document, rows: Sequence[Sequence[Sequence[Run]]]) -> None:
    """A table whose first row is its head, on each page that it goes on to."""
    table = file.add_table(rows=0, cols=max(map(len, rows)), style="Table Grid")
    for number, row in enumerate(rows):
        cells = table.add_row().cells
        for cell, runs in zip(cells, row, strict=False):
            _fill(cell.paragraphs[0], [{**run, "bold": run["bold"] or not number} for run in runs])
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))


def _fill(paragraph: Paragraph, runs: Sequence[Run]) -> None:
    for each in runs:
        run = paragraph.add_run(each["text"])
        run.bold, run.italic = each["bold"] or None, each["italic"] or None
        if each["link"]:
            run.font.underline, run.font.color.rgb = True, _LINK
            link = OxmlElement("w:hyperlink")
            link.set(qn("r:id"), paragraph.part.relate_to(each["link"], RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
            paragraph._p.append(link)
            link.append(run._r)
