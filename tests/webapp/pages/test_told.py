"""The stories of the clauses, as they were measured."""

from __future__ import annotations

import json
from pathlib import Path

from webapp.pages import told
from webapp.pages.told import Story

ROW = {
    "story": "test_luton_notice::test_a_notice_is_extended",
    "clauses": ["X-1", "X-2"],
    "went": {"notice": ["a", "b"]},
}


def test_a_story_is_found_under_each_of_its_clauses(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "stories.json").write_text(json.dumps([ROW]), encoding="utf-8")
    story = Story("test_luton_notice::test_a_notice_is_extended", {"notice": ("a", "b")})
    assert told.load(tmp_path) == {"X-1": (story,), "X-2": (story,)}


def test_a_story_is_called_as_its_test() -> None:
    assert Story("test_luton_notice::test_a_notice_is_extended", {}).name == "A notice is extended"


def test_an_authority_without_stories_has_none(tmp_path: Path) -> None:
    assert told.load(tmp_path) == {}
