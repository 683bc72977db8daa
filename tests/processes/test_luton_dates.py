"""Dates in Luton's forms lie where the case lets them: after the judgement, the notice and the last meeting."""

from __future__ import annotations

from tests.processes.story import Story
from tests.processes.test_luton_notice import give
from tests.processes.test_luton_ri_maintained import COMMUNITY, DIRECTOR, MILESTONE, begin, meets, plan


def test_a_plan_does_not_begin_before_the_judgement(story: Story) -> None:
    """LUT-RI.7: published on 10 August."""
    begin(story)
    assert "plan_starts_on" in story.refused("sia", "agree-plan", milestones=[MILESTONE], plan_starts_on="2026-08-09")


def test_milestones_of_a_plan_recorded_late_may_have_passed(story: Story) -> None:
    """LUT-RI.7: they lie after the plan's start, not after the day of its record."""
    begin(story).later(70)
    passed = {**MILESTONE, "milestone_by": "2026-10-05"}
    story.do("sia", "agree-plan", milestones=[passed], plan_starts_on="2026-09-14")
    assert story.variables["milestones"] == [passed]


def test_the_group_meets_after_it_met_last(story: Story) -> None:
    """LUT-RI.6: a year's slip is seen."""
    meets(plan(story)).wait_for("group-due")
    assert "group_met_on" in story.refused("sia", "group-meets", group_met_on="2026-09-10")


def test_a_notice_is_withdrawn_after_it_was_given(story: Story) -> None:
    """LUT-5.1: given on 7 September."""
    give(story, "warning").later(7)
    assert "withdrawn_on" in story.report_refused(DIRECTOR, "notice-withdrawn", COMMUNITY, withdrawn_on="2026-09-04")
