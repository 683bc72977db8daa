"""Settings as a document: what it says, what is wrong with it and where, and what a stranger's YAML cannot do."""

from __future__ import annotations

import pytest

from engine.configuration import Setting, key_of, kind_of, kind_of_key, read_settings, write_settings
from engine.configuration.splicing import spliced
from engine.people.authorities import load_authority
from tests.conftest import ROOT


def said(value: str) -> list[str]:
    return [str(each) for each in read_settings(f"settings: {value}".encode())[1]]


def test_what_is_written_is_read_again() -> None:
    settings = {
        "appeal_days": Setting("appeal_days", "10 school days", "The policy\nis silent: “so”"),
        "days": Setting("days", 14),
        "text": Setting("text", "14"),
        "asks": Setting("asks", False),
        "rate": Setting("rate", 2.5),
        "levels": Setting("levels", ["a", 1]),
    }
    assert read_settings(write_settings(settings)) == (settings, [])


@pytest.mark.parametrize("authority", ["barnsley", "cheshire-east", "luton", "redcar-cleveland"])
def test_the_settings_of_each_authority_are_a_document(authority: str) -> None:
    home = load_authority(ROOT / "config" / "authorities" / f"{authority}.yaml")
    found, problems = read_settings(home.documents()["settings"])
    assert problems == []
    assert {name: each.value for name, each in found.items()} == home.settings
    assert all(each.why for each in found.values())


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ("{Appeal: 1}", "Appeal, name: Use small letters, digits and underscores"),
        ("{if: 1}", "if, name: Use small letters, digits and underscores"),
        ("{a: }", "a, value: Enter a value"),
        ("{a: []}", "a, value: Enter a value"),
        ("{a: {value: {b: 1}}}", "a, value: It must be a text, a number, yes or no"),
        ("{a: {value: .nan}}", "a, value: It must be a text, a number, yes or no"),
        ("{a: {value: 1, size: 2}}", "a: it says size, which means nothing here"),
        ('{a: "\\x07"}', "a, value: It holds a character that cannot be written"),
        ("[1]", "it must say settings: and then list them"),
        ("{a: *b}", "it cannot be read: line 1 repeats another place (*b): write it out"),
        ("[" * 30 + "]" * 30, "it cannot be read: line 1 is nested more than 20 deep"),
        ("{a: ", "it cannot be read: "),
    ],
)
def test_what_is_wrong_is_said_at_its_field(value: str, wrong: str) -> None:
    assert said(value)[0].startswith(wrong)


def test_lines_that_stand_for_more_than_a_machine_holds_are_refused() -> None:
    bomb = b"a: &a [x, x]\nb: &b [*a, *a]\nsettings: {c: *b}"
    assert str(read_settings(bomb)[1][0]).startswith("it cannot be read: line 2 repeats")


def test_what_is_too_large_or_no_text_is_refused() -> None:
    assert str(read_settings(b"# " + b"x" * 2_000_001)[1][0]) == "it cannot be read: it is larger than 2 MB"
    assert str(read_settings(b"settings: \xff")[1][0]).startswith("it cannot be read: ")


def test_a_document_is_known_by_its_file_and_its_key() -> None:
    assert kind_of("anything/settings.yaml") == "settings"
    assert kind_of("settings.yml") == kind_of("my-settings.yaml") == ""
    assert kind_of_key(key_of("settings")) == "settings"
    assert kind_of_key("settings") == ""


FILE = "# Ours\nid: a\n\n# What we decided\nsettings:\n  x: 1\n  # said here\n  y: 2\n\n# Who\nroles:\n- {id: seo}\n"


def test_a_part_is_written_back_and_all_else_stays_as_it_was_written() -> None:
    assert spliced(FILE, "settings:\n  x: 3\n", "settings") == (
        "# Ours\nid: a\n\n# What we decided\nsettings:\n  x: 3\n\n# Who\nroles:\n- {id: seo}\n"
    )


def test_a_part_that_was_not_there_comes_at_the_end() -> None:
    assert spliced("id: a\n", "settings:\n  x: 3\n", "settings") == "id: a\n\nsettings:\n  x: 3\n"
