"""Lists in a form: rows that are read, refused, added and removed."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from engine.feel import Feel
from tests.engine.forms.questions import VISITS, errors, make, question, read


def test_a_list_is_stored_as_its_rows_without_the_blank_ones() -> None:
    typed = [
        ("visits-row", "0"),
        ("visits-row", "7"),
        ("visits-row", "8"),
        ("visits-0-name", "Ann"),
        ("visits-8-name", " "),
    ]
    values = read(make(VISITS), *typed, ("visits-7-name", "Late"), ("visits-7-late", "Snow"))
    assert values == {"visits": [{"name": "Ann", "on": None}, {"name": "Late", "on": None, "late": "Snow"}]}


def test_errors_of_a_list_name_the_input_of_the_row() -> None:
    assert errors(make(VISITS)) == {"visits": ["Add a visit to the school"]}
    typed = [("visits-row", "4"), ("visits-4-on-day", "3"), ("visits-4-on-month", "3")]
    assert errors(make(VISITS), *typed) == {
        "visits-0-name": ['Enter an answer to "Name of visitor"'],
        "visits-0-on": ["Date must include a year"],
    }


def test_too_many_rows_are_refused() -> None:
    typed = [
        (name, value) for row in range(60) for name, value in (("visits-row", str(row)), (f"visits-{row}-name", "x"))
    ]
    assert errors(make(VISITS), *typed) == {"visits": ["The list of visits must have 50 entries or fewer"]}


def test_rows_are_added_and_removed_by_plain_buttons_and_what_was_typed_stays() -> None:
    form = make(VISITS, question("textfield", "Note", "note"))
    typed = [
        ("note", "n"),
        ("visits-row", "0"),
        ("visits-row", "1"),
        ("visits-0-name", "Ann"),
        ("visits-1-name", "Bea"),
    ]

    def edited(*button: tuple[str, str]) -> Any:
        return form.edited(MultiDict([*typed, *button]), {}, Feel.shared())

    assert edited() is None
    added, removed = edited(("visits-add", "1")), edited(("visits-remove", "0"))
    assert [row["name"] for row in added["visits"]] == ["Ann", "Bea", ""]
    assert [row["name"] for row in removed["visits"]] == ["Bea"]
    assert added["note"] == removed["note"] == "n"


def test_a_confidential_question_makes_its_whole_list_confidential() -> None:
    secret = question("textfield", "Name", "name", properties={"confidential": "seo"})
    assert make(VISITS | {"components": [secret]}).confidential() == {"visits": frozenset({"seo"})}
