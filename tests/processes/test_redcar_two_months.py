"""Redcar and Cleveland's notices whose two months are over: what is heard while the Head of Education is asked what follows."""

from __future__ import annotations

import pytest

from tests.processes.barnsley import told
from tests.processes.redcar import (
    COMMUNITY,
    DIRECTOR,
    FOLLOW_UP,
    FOUNDATION,
    HOE,
    NOTICE,
    judged_inadequate,
    report,
    settle,
)
from tests.processes.story import Story

ASKED = "after-two-months"
HIS_NOTICE = {"secretary_notice_dated": "2026-11-23", "secretary_notice_says": "Replace the board."}


def lapsed(story: Story, school: str = COMMUNITY) -> Story:
    """RED-8A.8, RED-8B.2: a notice of 7 September 2026 for fifteen days, which nobody checked within the two months."""
    period = {"compliance_length": 15, "compliance_unit": "days", "notice_given_on": "2026-09-07"}
    story.start(HOE, NOTICE, school).do(HOE, "determine-notice").do(HOE, "give-notice", **period)
    story.wait_for("compliance-ends").wait_for("check-late")
    assert story.waiting() == [ASKED]
    return story


def new_notice(story: Story, school: str = COMMUNITY) -> Story:
    """RED-8A.1: after them the group considers a new one."""
    return lapsed(story, school).do(HOE, ASKED, after_two_months="new notice")


def test_a_judgement_makes_the_school_eligible_after_the_two_months(story: Story) -> None:
    """RED-8D.1, RED-7.3: the question of a new notice is over; powers rest on the judgement, with no end of two months."""
    judged_inadequate(lapsed(story), COMMUNITY)
    assert story.waiting() == ["propose-powers"]
    assert "no warning notice is needed" in told(story, "chair-of-governors", "Eligible for intervention")
    assert story.category_of(COMMUNITY) == "3"


def test_what_rests_on_a_judgement_after_the_two_months_lapses_with_nothing(story: Story) -> None:
    """RED-8D.1, RED-9.4: a category that is lifted then is told as while powers are considered."""
    judged_inadequate(lapsed(story), COMMUNITY).later(200)
    assert story.waiting() == ["propose-powers"]
    story.receive("category-lifted", COMMUNITY)
    assert "while powers of intervention are considered" in told(story, HOE, "No longer category 3")


def test_a_notice_of_the_secretary_of_state_ends_the_question_of_a_new_one(story: Story) -> None:
    """RED-8A.6: those who had the authority's notice are told, and who was asked."""
    report(lapsed(story), "secretary-of-state-notice", COMMUNITY, **HIS_NOTICE)
    assert story.ended
    assert "is void" in told(story, "chair-of-governors", "Warning notice void")
    assert told(story, HOE, "Warning notice void")


def test_a_direction_after_the_two_months_has_a_new_notice_considered(story: Story) -> None:
    """RED-8A.6: nobody can let it rest any more, and the group is asked for its grounds."""
    report(lapsed(story), "secretary-of-state-direction", COMMUNITY, direction_dated="2026-11-20")
    assert story.waiting() == ["determine-notice"]
    assert "notice_decision" not in story.shown(HOE, "determine-notice")


def test_a_direction_that_was_followed_directs_no_second_notice(story: Story) -> None:
    """RED-8A.6, RED-8A.1: the notice that was directed has been given, and its two months are over."""
    story.start(HOE, NOTICE, COMMUNITY)
    report(story, "secretary-of-state-direction", COMMUNITY, direction_dated="2026-09-07")
    story.do(HOE, "determine-notice").do(HOE, "give-notice", compliance_length=15, compliance_unit="days")
    story.wait_for("compliance-ends").wait_for("check-late").do(HOE, ASKED, after_two_months="new notice")
    story.do(HOE, "determine-notice", notice_decision="no notice")
    assert "no-notice" in story.trace


def test_a_category_that_is_lifted_after_the_two_months_is_told_to_who_is_asked(story: Story) -> None:
    """RED-9.4"""
    lapsed(story).receive("category-lifted", COMMUNITY)
    assert "whether a new notice follows" in told(story, HOE, "No longer category 3")
    assert story.waiting() == [ASKED]


def test_a_school_that_converts_after_the_two_months_is_put_to_the_dfe_once(story: Story) -> None:
    """RED-8A.7, RED-7.4: by the notice's case, as long as it lives."""
    settle(story, "3").follow(NOTICE, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice")
    case = story.wait_for("compliance-ends").wait_for("check-late").case
    story.converts(COMMUNITY)
    assert "alert-dfe" in story.waiting()
    assert ASKED not in story.waiting()
    assert "alert-dfe" not in story.follow(FOLLOW_UP, COMMUNITY).waiting()
    assert case not in story.cases(FOLLOW_UP, COMMUNITY)


def test_those_who_had_the_notice_hear_that_its_two_months_are_over(story: Story) -> None:
    """RED-8A.4, RED-8B.2: and that the group considers whether it gives a new one."""
    lapsed(story, FOUNDATION)
    assert "whether a new one is given" in told(story, "chair-of-governors", "Two months over")
    assert told(story, "foundation-governor-appointer", "Two months over")


def test_no_second_notice_is_told_to_those_who_had_the_first(story: Story) -> None:
    """RED-8A.1, RED-8A.4: the governing body, whose first notice was never closed, and whoever had a copy."""
    new_notice(story, FOUNDATION).do(HOE, "determine-notice", notice_decision="no notice", notice_reason="A new head.")
    assert "A new head." in told(story, "chair-of-governors", "No warning notice")
    assert told(story, "foundation-governor-appointer", "No warning notice")


def test_a_second_notice_that_was_not_given_is_not_called_withdrawn(story: Story) -> None:
    """RED-8A.2: it is stopped, which those hear who heard that it was considered."""
    new_notice(story)
    report(story, "notice-withdrawn", COMMUNITY, withdrawal_reason="A new head.", withdrawn_on="2026-11-23")
    assert story.ended
    assert not [subject for _, subject in story.told if subject.startswith("Warning notice withdrawn")]
    assert "stopped before it was given" in told(story, "chair-of-governors", "No warning notice")


@pytest.mark.parametrize("answer", ["new notice", "end"])
def test_a_second_notice_takes_nothing_over_from_the_first(story: Story, answer: str) -> None:
    """RED-8A.3: no period of the first can be extended, and its days are not the second's."""
    lapsed(story).do(HOE, ASKED, after_two_months=answer)
    assert (story.variables["notice_given_on"] is None) == (answer == "new notice")


def test_powers_that_lapsed_leave_the_director_with_the_same_question(story: Story) -> None:
    """RED-8B.2, RED-8D.1: also where the further notice was given, and nobody proposed in time."""
    period = {"compliance_length": 15, "compliance_unit": "days", "notice_given_on": "2026-09-07"}
    story.start(HOE, NOTICE, COMMUNITY).do(HOE, "determine-notice").do(HOE, "give-notice", **period)
    story.wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    judged_inadequate(story.do(HOE, "further-notice").wait_for("proposal-late"), COMMUNITY)
    assert story.waiting() == ["propose-powers"]
    assert told(story, DIRECTOR, "No longer eligible")
