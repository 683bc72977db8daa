"""A list as a file."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from werkzeug.exceptions import NotFound

from webapp.exports import Sheet, exported

SHEET = Sheet(
    "list",
    "A list: what/is [in] it",
    ("Name", "Day", "Number"),
    [("=1+1", datetime(2026, 9, 7, 23, 30, tzinfo=UTC), 3), ("Ümläut", date(2026, 9, 7), None)],
)


def test_a_csv_writes_days_in_words_and_no_formula() -> None:
    answer = exported(SHEET, "csv")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows == [["Name", "Day", "Number"], ["'=1+1", "8 September 2026", "3"], ["Ümläut", "7 September 2026", ""]]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="list.csv"'


def test_a_workbook_has_texts_dates_and_no_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(exported(SHEET, "xlsx").get_data())) as book:
        page, texts = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in page
    assert "=1+1" in texts
    assert "<v>46273</v>" in page, "8 September 2026, as the day number that Excel counts"


def test_a_list_of_nothing_is_a_file_too() -> None:
    assert exported(Sheet("x", "x", ("A",), []), "xlsx").get_data()


def test_another_ending_is_no_page() -> None:
    with pytest.raises(NotFound):
        exported(SHEET, "exe")
