"""Redcar and Cleveland's bad days: what goes wrong between a warning notice and the powers that follow it."""

from __future__ import annotations

import pytest

from engine.errors import NotForThisSchool
from tests.processes.barnsley import told
from tests.processes.redcar import COMMUNITY, DIRECTOR, FOUNDATION, HOE, NOTICE, judged_inadequate, report
from tests.processes.story import Story

UNIT, INDEPENDENT = "110018", "110020"
HIS_NOTICE = {"secretary_notice_dated": "2026-09-07", "secretary_notice_says": "Replace the board."}


def given(story: Story, school: str = COMMUNITY) -> Story:
    """RED-8A.2: the notice is given on the day the story begins, with fifteen days to comply."""
    period = {"compliance_length": 15, "compliance_unit": "days", "notice_given_on": "2026-09-07"}
    return story.start(HOE, NOTICE, school).do(HOE, "determine-notice").do(HOE, "give-notice", **period)


def failed(story: Story, school: str = COMMUNITY) -> Story:
    """RED-8A.8: it was not complied with, and the further notice is given."""
    given(story, school).wait_for("compliance-ends").do(HOE, "check-compliance", notice_outcome="not complied")
    return story.do(HOE, "further-notice")


def test_no_notice_is_given_before_the_secretary_of_state_allows_it_again(story: Story) -> None:
    """RED-8A.6, Education and Inspections Act 2006, section 60(4A)."""
    report(given(story), "secretary-of-state-notice", COMMUNITY, **HIS_NOTICE)
    story.later(1).start(HOE, NOTICE, COMMUNITY).do(HOE, "determine-notice")
    assert "secretary_allows" in story.refused(HOE, "give-notice", secretary_allows=False)


def test_nothing_is_decided_after_a_notice_of_the_secretary_of_state(story: Story) -> None:
    """RED-8A.6: the consultation on the authority's powers ends, and the governing body is told."""
    report(failed(story).do(HOE, "propose-powers"), "secretary-of-state-notice", COMMUNITY, **HIS_NOTICE)
    assert "Replace the board." in told(story, "chair-of-governors", "The Secretary of State gave a notice")
    assert story.ended
    assert "a notice of his own" in told(story, "chair-of-governors", "Powers of intervention end")


def test_powers_in_force_outlast_a_notice_of_the_secretary_of_state(story: Story) -> None:
    """RED-8A.6: what becomes of them is settled with the Department for Education; no power is left without a case."""
    failed(story).do(HOE, "propose-powers").do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "decide-powers", powers_used=["additional governors"]).do(HOE, "use-powers")
    report(story, "secretary-of-state-notice", COMMUNITY, **HIS_NOTICE)
    assert "go on until it is settled" in told(story, "chair-of-governors", "The Secretary of State gave a notice")
    assert not story.ended


def test_the_secretary_of_state_gets_a_copy_of_the_notice(story: Story) -> None:
    """RED-8A.4, Education and Inspections Act 2006, section 60(6A)."""
    given(story)
    assert "Secretary of State" in story.variables["copy_to"]


def test_a_pupil_referral_unit_that_is_judged_inadequate_has_no_powers_used_over_it(story: Story) -> None:
    """RED-8D.1, Education and Inspections Act 2006, section 59: part 4 does not name the unit, unless pru_notices says so."""
    judged_inadequate(story, UNIT).follow(NOTICE, UNIT)
    story.engine.jobs.run_due()
    assert story.category_of(UNIT) == "3"
    assert len(story.cases(NOTICE, UNIT)) == 1, "and no group is asked for a notice that the sections do not allow"


def test_whoever_appoints_the_foundation_governors_is_told_that_the_notice_ended(story: Story) -> None:
    """RED-8A.7, RED-8A.4: they had a copy; as an academy the school has no such governors any more."""
    given(story, FOUNDATION).converts(FOUNDATION)
    assert told(story, "foundation-governor-appointer", "Now an academy")


def test_whoever_appoints_the_foundation_governors_is_told_that_the_powers_end(story: Story) -> None:
    """RED-8A.7, RED-8C.1."""
    failed(story, FOUNDATION).do(HOE, "propose-powers").converts(FOUNDATION)
    assert told(story, "foundation-governor-appointer", "Powers of intervention end")


def test_all_who_had_a_copy_of_the_notice_are_told_what_became_of_it(story: Story) -> None:
    """RED-8A.4, RED-8A.8."""
    failed(story, FOUNDATION)
    assert told(story, "foundation-governor-appointer", "Further written notice")
    assert told(story, "foundation-governor-appointer", "Eligible for intervention")


def test_no_appeal_lifts_the_category_that_ofsted_gave(story: Story) -> None:
    """RED-9.1, RED-7.3: the adviser's discussion is about what the group proposes."""
    judged_inadequate(story, COMMUNITY).later(1).start("sia", "redcar-category-appeal", COMMUNITY)
    lifted = {"appeal_resolved": "yes", "category": "1", "discussion_with": ["head", "chair"], "not_ofsted": False}
    assert "not_ofsted" in story.refused("sia", "discuss", **lifted)


def test_a_direction_about_a_pupil_referral_unit_is_answered_without_a_notice(story: Story) -> None:
    """RED-8A.6, RED-8A.1: the sections do not name the unit, and the Director hears why none is given."""
    direction = {"direction_dated": "2026-09-07", "direction_says": "Give the unit a notice."}
    report(story, "secretary-of-state-direction", UNIT, **direction).follow(NOTICE, UNIT)
    story.do(HOE, "determine-notice", notice_decision="no notice")
    assert told(story, "director-of-people-services", "No warning notice")
    assert story.ended


def test_the_governing_body_hears_that_its_notice_is_directed(story: Story) -> None:
    """RED-8A.6, RED-8A.2."""
    direction = {"direction_dated": "2026-09-04", "direction_says": "Give a notice about attendance."}
    report(story, "secretary-of-state-direction", COMMUNITY, **direction).follow(NOTICE, COMMUNITY)
    story.do(HOE, "determine-notice").do(HOE, "give-notice")
    said = told(story, "chair-of-governors", "Warning notice:")
    assert "directed the authority on 4 September 2026 to give it: Give a notice about attendance." in said


def test_a_judgement_of_an_independent_school_puts_it_in_no_category(story: Story) -> None:
    """RED-8A.7: the framework is about none; the judgement is kept on its record."""
    with pytest.raises(NotForThisSchool):
        story.start(HOE, NOTICE, INDEPENDENT)
    judged_inadequate(story, INDEPENDENT)
    assert story.cases(NOTICE, INDEPENDENT) == []
    assert story.category_of(INDEPENDENT) == ""


def test_a_direction_that_comes_while_a_unit_is_considered_stops_nothing(story: Story) -> None:
    """RED-8A.6, RED-8A.1."""
    story.start(HOE, NOTICE, UNIT)
    report(story, "secretary-of-state-direction", UNIT, direction_dated="2026-09-07")
    assert story.do(HOE, "determine-notice", notice_decision="no notice").ended


def test_no_notice_is_called_void_where_none_was_given(story: Story) -> None:
    """RED-8A.6: the notice was considered; those who consider it hear that the authority gives none."""
    report(story.start(HOE, NOTICE, COMMUNITY), "secretary-of-state-notice", COMMUNITY, **HIS_NOTICE)
    assert "dated 7 September 2026: Replace the board. The authority gives none" in told(
        story, HOE, "No warning notice of"
    )
    assert [subject for _, subject in story.told if subject.startswith("Warning notice void")] == []


def test_whoever_consults_hears_that_an_answer_is_missing(story: Story) -> None:
    """RED-8B.3: and may go on without it."""
    judged_inadequate(story, COMMUNITY).follow(NOTICE, COMMUNITY)
    story.do(HOE, "propose-powers").wait_for("consultation-silent")
    assert told(story, HOE, "No answer to the consultation yet")
    assert story.waiting() == ["answer-consultation"]
