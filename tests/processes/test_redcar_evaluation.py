"""Redcar's evaluation of the schools for senior officers and elected members, each term."""

from __future__ import annotations

from tests.processes.redcar import DIRECTOR, HOE
from tests.processes.story import Story


def test_each_term_the_evaluation_is_written_and_told(story: Story) -> None:
    """RED-6.4: its report is asked for when a term begins, and its summary goes to both."""
    story.start_by_timer("redcar-evaluation", "each-term")
    assert story.waiting() == ["evaluate"]
    story.do(HOE, "evaluate", evaluation_summary="Three schools are in category 3.")
    found = [role for role, subject in story.told if subject == "Evaluation of the schools"]
    assert found == [DIRECTOR, "elected-member"]
    assert "told" in story.trace
