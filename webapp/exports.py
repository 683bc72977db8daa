"""A list as a file to go on with: an Excel workbook or CSV, the same rows in both."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter
from flask import abort
from werkzeug.wrappers import Response

from webapp.dates import ZONE, day

#: What a cell may hold.
Cell = str | int | date | datetime | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A text that begins so would be a formula in a spreadsheet program that opens the CSV.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: A cell of a workbook holds no more characters.
_LONGEST = 32_000


@dataclass(frozen=True)
class Sheet:
    """A table to export: the file's name without its ending, the title of the sheet, the columns, and the rows."""

    file: str
    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def exported(sheet: Sheet, ending: str) -> Response:
    """The file: ``ending`` is xlsx or csv; anything else is no page."""
    if ending not in ("xlsx", "csv"):
        abort(404)
    content, kind = (_workbook(sheet), XLSX) if ending == "xlsx" else (_csv(sheet), "text/csv; charset=utf-8")
    return Response(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{sheet.file}.{ending}"'}
    )


def _workbook(sheet: Sheet) -> bytes:
    """Dates are dates in it, and no text is ever a formula or a link."""
    buffer = io.BytesIO()
    plain = {"in_memory": True, "constant_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, {**plain, "default_date_format": "d mmmm yyyy", "remove_timezone": True}) as book:
        book.set_properties({"title": sheet.title})
        page = book.add_worksheet("".join(each for each in sheet.title if each not in "[]:*?/\\'")[:31])
        page.write_row(0, 0, sheet.columns, book.add_format({"bold": True, "text_wrap": True}))
        last = 0
        for last, row in enumerate(sheet.rows, 1):
            page.write_row(last, 0, [_in_book(cell) for cell in row])
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, last, len(sheet.columns) - 1)
        page.set_column(0, len(sheet.columns) - 1, 22)
    return buffer.getvalue()


def _in_book(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.astimezone(ZONE).date()
    return cell[:_LONGEST] if isinstance(cell, str) else cell


def _csv(sheet: Sheet) -> bytes:
    """UTF-8 with a byte order mark, as Excel wants it; days in words, as on the pages."""
    buffer = io.StringIO()
    out = csv.writer(buffer)
    out.writerow(sheet.columns)
    out.writerows([_in_csv(cell) for cell in row] for row in sheet.rows)
    return buffer.getvalue().encode("utf-8-sig")


def _in_csv(cell: Cell) -> str | int:
    if isinstance(cell, date):
        return day(cell)
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return "" if cell is None else cell
