"""Blacking out by hand, and the list of what was blacked out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from webapp.evidence.redaction import BLACK, PERSON, Choice, redacted, words_of


def entry(number: int, **more: Any) -> dict[str, Any]:
    plain = {"what": "Meeting", "by": "Sam Example", "for": "", "lines": [], "answers": []}
    return {"number": number, **plain, **more}


def document(*entries: dict[str, Any]) -> dict[str, Any]:
    case = {"case": 1, "about": "Sampleby School", "started": {"by": "Ann Other"}, "reason": ""}
    return {"title": "T", "made": {"by": "M"}, "cases": [case], "entries": list(entries), "redactions": []}


ANSWERED = entry(1, answers=[{"question": "Who?", "answer": "Bobby  Tables and Jo"}], lines=["Told by Sam Example."])


def test_a_word_is_blacked_out_in_any_case_and_over_spaces() -> None:
    made = redacted(document(ANSWERED), Choice(words=("bobby tables",), why="A child"))
    assert made["entries"][0]["answers"] == [{"question": "Who?", "answer": f"{BLACK} and Jo"}]
    assert made["redactions"] == [{"number": 1, "entry": 1, "what": "a word or phrase", "why": "A child"}]


def test_a_part_of_a_longer_word_stays() -> None:
    made = redacted(document(entry(1, lines=["Tablespoon"])), Choice(words=("Tables",)))
    assert made["entries"][0]["lines"] == ["Tablespoon"]
    assert made["redactions"] == []


def test_names_are_blacked_out_wherever_they_stand() -> None:
    made = redacted(document(ANSWERED, entry(2, lines=["Ann Other began it."])), Choice(names=True, why="Names"))
    assert "Sam Example" not in json.dumps(made)
    assert "Ann Other" not in json.dumps(made)
    assert made["entries"][0]["by"] == PERSON


def test_an_entry_keeps_its_questions_and_loses_its_answers() -> None:
    made = redacted(document(ANSWERED, entry(2)), Choice(entries=frozenset({1}), why="Medical"))
    assert made["entries"][0]["answers"] == [{"question": "Who?", "answer": BLACK}]
    assert made["entries"][0]["lines"] == [BLACK]
    assert [(row["entry"], row["why"]) for row in made["redactions"]] == [(1, "Medical")]


def test_the_list_never_says_what_was_hidden() -> None:
    made = redacted(document(ANSWERED), Choice(words=("Bobby Tables",), why="A child"))
    assert "Bobby" not in json.dumps(made["redactions"])


def test_what_was_kept_back_already_is_numbered_too() -> None:
    given = {**document(ANSWERED), "redactions": [{"entry": 1, "what": "2 answers", "why": "Roles"}]}
    made = redacted(given, Choice(words=("Jo",), why="Name"))
    assert [(row["number"], row["what"]) for row in made["redactions"]] == [(1, "2 answers"), (2, "a word or phrase")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("Jo\n\n  Ann   Other \nJo", ("Jo", "Ann Other")),
        ("a\nbc", ("bc",)),
        ("Jo, Ann Other;Al\r\nBo,", ("Jo", "Ann Other", "Al", "Bo")),
    ],
)
def test_words_stand_between_commas_or_lines(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def test_nothing_chosen_is_no_choice() -> None:
    assert not Choice(why="because")
    assert Choice(names=True)
