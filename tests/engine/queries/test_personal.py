"""What is kept of a person is found in texts, in plain JSON and in what is packed, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Engine
from engine.queries.personal import AS_WORK, KINDS, kept_of
from tests.engine.cases.kept import BOSS, GOV, SAM, ended, keeping, who


@pytest.fixture
def engine(database_url: str, tmp_path: Path) -> Iterator[Engine]:
    made = keeping(database_url, tmp_path)
    ended(made, said="Ms Ünal was 100% right")
    yield made
    made.dispose()


def found(engine: Engine, *names: str) -> dict[str, int]:
    with engine.reading(who(engine, GOV)) as session:
        return {kind: len(rows) for kind, rows in kept_of(session, names).rows.items()}


def test_an_answer_that_names_them_is_found_in_whatever_letters(engine: Engine) -> None:
    assert found(engine, "ms ÜNAL")["Tasks and answers"] == 1


def test_what_stands_for_any_text_in_sql_is_only_itself(engine: Engine) -> None:
    assert found(engine, "1%0") == {}


@pytest.mark.parametrize("kind", ["Comments", "Corrections", "Files", "Cases", "Story of cases", "Audit trail"])
def test_what_somebody_did_is_found(engine: Engine, kind: str) -> None:
    assert kind in {each.removesuffix(AS_WORK) for each in found(engine, SAM)}


def test_a_mail_is_found_by_its_address(engine: Engine) -> None:
    assert found(engine, "guest@example.org")["Mails"] == 1


def test_what_is_typed_and_not_handed_in_is_found(engine: Engine) -> None:
    engine.drafts.save("/a", [("a", "b")], who(engine, BOSS))
    assert found(engine, BOSS)["Typed and not handed in"] == 1


def test_nobody_is_nowhere(engine: Engine) -> None:
    assert found(engine, "Nemo") == {}
    assert found(engine) == {}


def test_every_kind_can_be_looked_through(engine: Engine) -> None:
    assert set(found(engine, "e")) <= KINDS.keys() | {"Roles by the register"}
