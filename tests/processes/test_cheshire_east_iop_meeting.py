"""One meeting of Cheshire East's Improving Outcomes Programme: from its date to the feedback of the governing body."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.clock import VirtualClock
from tests.processes.story import Story
from tests.processes.test_cheshire_east_iop import CHAIR, HEAD, MI, OFFICER, QA, in_tier_2, seen


@pytest.fixture
def story(engine: Engine, clock: VirtualClock) -> Story:
    return in_tier_2(Story(engine, clock, "cheshire-east"))


def told(story: Story, subject: str) -> list[str]:
    """The roles that were told something."""
    return [role for role, text in story.told if text.startswith(subject)]


def falls_due(story: Story, element: str) -> str:
    """The day on which an open task is due."""
    [task] = [task for task in story.engine.tasks.open(story.case) if task.element == element]
    assert task.due is not None
    return str(task.due.date())


def before_the_agenda(story: Story) -> Story:
    """A meeting on Wednesday 11 November 2026, up to the agenda."""
    story.do(MI, "publish-date", meeting_date="2026-11-11", agencies_asked=["police"], other_agency="")
    return story.wait_for("report-due").do(HEAD, "progress-report").do("sip", "record-of-visit", sip_agrees="in part")


def test_a_meeting_from_its_date_to_the_feedback(story: Story) -> None:
    """CHE-5.3.6 CHE-5.3.7 CHE-5.4.3 CHE-7.2 CHE-7.3 CHE-7.4 CHE-7.5 CHE-7.6 CHE-7.7 CHE-7.8: everything in time.

    The school's own report, agreed by its partner; agenda, meeting with the core group and agencies, minutes, feedback.
    """
    story.do(MI, "publish-date", meeting_date="2026-11-11", agencies_asked=["diocese"])
    circulated = [HEAD, CHAIR, "sip", "hr-officer", "finance-officer", "diocesan-representative"]
    assert told(story, "IOP meeting on 11 November 2026") == circulated
    # Fourteen days before Wednesday 11 November 2026.
    assert str(story.due("report-due").date()) == "2026-10-28"
    story.wait_for("report-due").do(HEAD, "progress-report", report_agreed=True)
    assert falls_due(story, "record-of-visit") == "2026-11-04"  # five working days counted from Thursday 29 October
    story.do("sip", "record-of-visit", sip_agrees="yes")
    assert falls_due(story, "send-agenda") == "2026-11-04"  # a week before the meeting
    story.do(OFFICER, "send-agenda")
    assert str(story.due("meeting-day").date()) == "2026-11-11"
    story.wait_for("meeting-day").do(
        MI,
        "hold-meeting",
        meeting_result="carry on",
        professionals_called="no",
        attended=["head", "hr", "finance"],
        funded="Reading coaches.",
    )
    assert falls_due(story, "send-minutes") == "2026-11-18"  # a week after the meeting
    story.do(MI, "send-minutes").do(CHAIR, "feedback")
    assert seen(story, "publish-date")["funded"] == "Reading coaches."
    assert not told(story, "IOP agenda")
    assert not told(story, "IOP minutes")


def test_the_feedback_is_seen_at_the_next_meeting(story: Story) -> None:
    """CHE-7.8: the governing body's feedback stands on the form of the next meeting."""
    before_the_agenda(story).do(MI, "send-agenda").wait_for("meeting-day")
    story.do(MI, "hold-meeting", meeting_result="carry on", professionals_called="no").do(OFFICER, "send-minutes")
    assert falls_due(story, "feedback") == "2026-12-11"  # a month on from Wednesday 11 November 2026
    story.do(CHAIR, "feedback", gb_feedback="Show us the data.")
    story.do(MI, "publish-date", meeting_date="2027-01-13", agencies_asked=[]).wait_for("report-due")
    story.do(HEAD, "progress-report").do("sip", "record-of-visit").do(MI, "send-agenda").wait_for("meeting-day")
    assert seen(story, "hold-meeting")["gb_feedback"] == "Show us the data."


def test_a_meeting_without_a_date_is_told_of(story: Story) -> None:
    """CHE-7.3: two months on, and nobody has published a date."""
    # Two months on from Monday 7 September 2026.
    assert str(story.due("two-months-over").date()) == "2026-11-07"
    story.wait_for("two-months-over")
    assert told(story, "IOP meeting without a date") == [QA, MI]
    assert "publish-date" in story.waiting()
    assert "date-told" in story.trace


def test_an_agenda_that_is_late_is_told_of(story: Story) -> None:
    """CHE-7.4: at least a week before the meeting."""
    before_the_agenda(story)
    assert str(story.due("agenda-late").date()) == "2026-11-04"  # a week before Wednesday 11 November
    story.wait_for("agenda-late")
    assert told(story, "IOP agenda") == [MI, QA]
    assert "agenda-reminded" in story.trace
    assert "send-agenda" in story.waiting()


def test_minutes_that_are_late_are_told_of(story: Story) -> None:
    """CHE-7.5: within one week of the meeting."""
    before_the_agenda(story).do(MI, "send-agenda").wait_for("meeting-day")
    story.do(MI, "hold-meeting", meeting_result="carry on", professionals_called="no")
    # The week after Wednesday 11 November ends with Wednesday 18; the morning after.
    assert str(story.due("minutes-late").date()) == "2026-11-19"
    story.wait_for("minutes-late")
    assert told(story, "IOP minutes") == [MI, QA]
    assert "minutes-reminded" in story.trace
    assert "send-minutes" in story.waiting()


def test_the_authority_may_call_a_professionals_meeting(story: Story) -> None:
    """CHE-5.3.8: beside the minutes and the governing body's feedback; the next meeting waits for all three."""
    before_the_agenda(story).do(MI, "send-agenda").wait_for("meeting-day")
    story.do(MI, "hold-meeting", meeting_result="carry on", professionals_called="yes")
    assert {"professionals-meeting", "send-minutes"} <= set(story.waiting())
    story.do(MI, "send-minutes").do(HEAD, "feedback")
    assert "publish-date" not in story.waiting()
    story.do(MI, "professionals-meeting")
    assert "publish-date" in story.waiting()
    assert "meeting-ends" in story.trace
