"""Luton: a school that requires improvement, and nobody agrees a plan or sets a group up."""

from __future__ import annotations

from sqlalchemy import select

from engine import queries
from engine.store.tables import Notification
from tests.processes.story import Story
from tests.processes.test_luton_ri_maintained import COMMUNITY, MILESTONE, PROCESS, begin


def test_without_a_plan_the_school_is_reviewed_against_the_judgement(story: Story) -> None:
    """LUT-RI.8: ten months after it, and reminded of a month before the twelve are over."""
    judged = story.start("sia", PROCESS, COMMUNITY, judged_on="2026-09-04")
    assert str(judged.due("review-falls-due").date()) == "2027-07-05"
    assert "school-review" in story.wait_for("review-falls-due").waiting()
    story.wait_for("review-soon")
    with story.engine.reading() as session:
        said = session.scalar(
            select(Notification.text).where(Notification.subject.startswith("School review to be held"))
        )
    assert "within 12 months of the judgement of 4 September 2026" in str(said)
    assert "reviewed-unplanned" in story.do("sia", "school-review").trace


def test_a_plan_takes_the_place_of_the_judgement_for_the_review(story: Story) -> None:
    """LUT-RI.7 LUT-RI.8: one review, counted from the plan's start; and no plan is missing any more."""
    begin(story).do("sia", "agree-plan", milestones=[MILESTONE], plan_starts_on="2026-09-14")
    with story.engine.reading() as session:
        waiting = {timer.element for timer in queries.timers(session, instance=story.case)}
    assert {"review-falls-due", "plan-late", "review-called"} & waiting == {"review-called"}
