"""Barnsley's complaints about a school: who answers them, and who is kept out of them."""

from __future__ import annotations

import pytest

from engine.errors import TaskNotYours
from tests.processes.barnsley import COMMUNITY, DIRECTOR, HLS, told
from tests.processes.story import Story

COMPLAINT = "barnsley-complaint"


def test_a_complaint_about_a_service_manager_is_out_of_their_sight(story: Story) -> None:
    """BAR-QA-6.2: what it says, who made it, what was found and answered."""
    story.start("seo", COMPLAINT, COMMUNITY, about_manager="yes", complaint_phase="primary")
    assert "complaint_about_manager_text" in story.shown(HLS, "head-answers")
    assert not story.shown("service-manager-primary", "head-answers")
    story.do(HLS, "head-answers")
    assert "complaint_about_manager_answer" not in story.shown("service-manager-primary", "answer")
    assert "complaint_about_manager_answer" in story.shown(HLS, "answer")


def test_a_complaint_that_proves_to_be_about_a_service_manager_is_passed_on(story: Story) -> None:
    """BAR-QA-6.2: from the service manager to the Head of Learning and Standards, who answers it."""
    story.start("seo", COMPLAINT, COMMUNITY, about_manager="no", complaint_phase="primary")
    story.do("service-manager-primary", "primary-answers", about_manager="yes")
    assert story.waiting() == ["head-answers"]
    assert "complaint_text" in story.shown(HLS, "head-answers")
    story.do(HLS, "head-answers").do(HLS, "answer")
    assert story.ended


@pytest.mark.parametrize(
    ("about", "phase", "role", "element"),
    [
        ("no", "primary", "service-manager-primary", "primary-answers"),
        ("no", "secondary", "service-manager-secondary", "secondary-answers"),
        ("yes", "primary", HLS, "head-answers"),
    ],
)
def test_a_complaint_goes_to_whoever_may_decide_it(
    story: Story, about: str, phase: str, role: str, element: str
) -> None:
    """BAR-QA-6.1: by the school's phase; BAR-QA-6.2: about a service manager, to the Head of Learning and Standards."""
    story.start("seo", COMPLAINT, COMMUNITY, about_manager=about, complaint_phase=phase)
    assert story.waiting() == [element]
    task = story.engine.tasks.open(story.case)[0]
    # Twenty working days counted from Tuesday 8 September 2026 end with Monday 5 October.
    assert task.due is not None
    assert str(task.due.date()) == "2026-10-05"
    story.do(role, element).do(role, "answer")
    assert story.ended
    assert story.trace[-1] == "answered"


def test_an_answer_to_a_complaint_is_owed_when_the_school_has_closed(story: Story) -> None:
    """BAR-QA-6.2: a complaint does not end with its school."""
    assert not story.start("seo", COMPLAINT, COMMUNITY).closes(COMMUNITY).ended


def test_a_complaint_about_the_head_of_learning_and_standards_goes_to_the_service_director(story: Story) -> None:
    """BAR-QA-6.1: she is a member of the service too."""
    story.start("seo", COMPLAINT, COMMUNITY, about_manager="yes", complaint_managers=[HLS], complaint_phase="primary")
    with pytest.raises(TaskNotYours):
        story.do(HLS, "head-answers")
    assert story.do(DIRECTOR, "head-answers").do(DIRECTOR, "answer").ended


def test_a_complaint_that_nobody_answers_is_told(story: Story) -> None:
    """BAR-QA-6.1: when the time for an answer is over; the case stays open."""
    story.start("seo", COMPLAINT, COMMUNITY, about_manager="no", complaint_phase="primary").wait_for("answer-late")
    assert told(story, HLS, "Complaint not answered")
    assert story.waiting() == ["primary-answers"]


def test_silence_about_the_head_of_learning_and_standards_is_told_to_the_director_alone(story: Story) -> None:
    """BAR-QA-6.1"""
    about = {"about_manager": "yes", "complaint_managers": [HLS], "complaint_phase": "primary"}
    story.start("seo", COMPLAINT, COMMUNITY, **about).wait_for("answer-late")
    assert {role for role, _ in story.told} == {DIRECTOR}
