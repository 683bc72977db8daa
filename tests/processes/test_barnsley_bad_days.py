"""Barnsley's bad days: what goes wrong between a warning notice and the powers that follow it."""

from __future__ import annotations

import pytest

from engine.errors import FormInvalid
from tests.processes.barnsley import (
    COMMUNITY,
    DIRECTOR,
    HEP,
    MAINTAINED,
    complied,
    four_steps,
    given,
    meeting,
    raise_concern,
    report,
    stage_2,
    stage_3,
    to_powers,
    to_the_notice,
    told,
    warned,
)
from tests.processes.story import Story

FOUNDATION, UNIT = "100005", "100016"


def proposed(story: Story, *powers: str) -> Story:
    """BAR-QA-5.M7: powers that follow the notice of stage 3 are proposed, and the governing body has answered."""
    complied(warned(story), "intervention").do(HEP, "propose-powers", powers_proposed=list(powers))
    return story.do("chair-of-governors", "answer-consultation")


def test_no_interim_executive_board_is_used_without_the_secretary_of_states_consent(story: Story) -> None:
    """BAR-QA-5.M7, Education and Inspections Act 2006, section 65: others are, and the board waits."""
    proposed(story, "IEB", "governors")
    assert "consent_on" in story.refused(DIRECTOR, "use-powers", powers_used=["IEB"], consent_on="")
    story.do(DIRECTOR, "use-powers", powers_used=["governors"])
    assert "IEB" not in told(story, "chair-of-governors", "Powers of intervention")


def test_the_governing_body_is_told_when_the_board_was_consented_to(story: Story) -> None:
    """BAR-QA-5.M7."""
    proposed(story, "IEB").do(DIRECTOR, "use-powers", powers_used=["IEB"], consent_on="2026-09-29")
    assert "29 September 2026" in told(story, "chair-of-governors", "Powers of intervention")


def test_a_power_that_is_refused_is_not_in_use_any_more(story: Story) -> None:
    """BAR-QA-5.M7: the governing body is told, and when the two months are over nothing is left to use."""
    proposed(story, "IEB").do(DIRECTOR, "use-powers", powers_used=["IEB"])
    refused = {"other_powers_cause": "refused", "powers_kept": [], "other_powers_why": "The consent was taken back."}
    report(story, HEP, "other-powers-needed", **refused)
    assert "The consent was taken back." in told(story, "chair-of-governors", "Other powers are needed")
    story.wait_for("proposal-late").do(HEP, "after-two-months", after_two_months="end")
    assert "notice-to-improve" in story.waiting(), "back at stage 2"


def test_powers_in_use_go_on_where_none_is_added_to_them(story: Story) -> None:
    """BAR-QA-5.M7: a second decision takes nothing back that the first began."""
    report(to_powers(complied(warned(story), "intervention")), HEP, "other-powers-needed", powers_kept=["governors"])
    story.do(HEP, "propose-powers", powers_proposed=["budget"]).do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=[])
    assert "notice-to-improve" not in story.waiting(), "stage 3 goes on"
    report(story, HEP, "powers-ended", outcome="stage 2")
    assert "notice-to-improve" in story.waiting()


def test_a_notice_of_the_secretary_of_state_ends_the_authoritys_own(story: Story) -> None:
    """BAR-ESC-3.1, Education and Inspections Act 2006, section 60(4B): the governing body is told of his."""
    warned(story)
    report(story, HEP, "secretary-of-state-notice", secretary_notice_says="Replace the board.", outcome="stage 2")
    assert "Replace the board." in told(story, "chair-of-governors", "Warning notice ended")
    assert "notice-to-improve" in story.waiting(), "back at stage 2"


def test_a_notice_of_the_secretary_of_state_ends_a_section_60_notice(story: Story) -> None:
    """BAR-QA-5.M6."""
    report(given(story), DIRECTOR, "secretary-of-state-notice", secretary_notice_says="Replace the board.")
    assert "Replace the board." in told(story, "chair-of-governors", "Section 60 notice ended")


def test_nothing_is_decided_after_a_notice_of_the_secretary_of_state(story: Story) -> None:
    """BAR-QA-5.M7: the consultation on the authority's powers ends, and those consulted are told."""
    proposed(story, "governors")
    report(story, HEP, "secretary-of-state-notice")
    assert "use-powers" not in story.waiting()
    assert "nobody is consulted any more" in told(story, "chair-of-governors", "The Secretary of State gave a notice")


def test_powers_in_use_outlast_a_notice_of_the_secretary_of_state(story: Story) -> None:
    """BAR-QA-5.M7: what becomes of them is settled with the Department for Education; no power is left without a case."""
    report(to_powers(complied(warned(story), "intervention")), HEP, "secretary-of-state-notice")
    assert "go on until it is settled" in told(story, "chair-of-governors", "The Secretary of State gave a notice")
    report(story, HEP, "powers-ended", outcome="stage 2")
    assert "notice-to-improve" in story.waiting()


def test_no_notice_is_given_before_the_secretary_of_state_allows_it_again(story: Story) -> None:
    """BAR-ESC-3.1, Education and Inspections Act 2006, section 60(4A)."""
    stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"))
    stage_3(meeting(story.do(HEP, "notice-to-improve"), "not improving"))
    assert "secretary_allows" in story.refused(HEP, "warning-notice", secretary_allows=False)


def test_a_copy_of_the_notice_goes_to_the_secretary_of_state_with_it(story: Story) -> None:
    """BAR-QA-5.M6, Education and Inspections Act 2006, section 60(6A)."""
    to_the_notice(story)
    assert "copy_to_secretary" in story.refused(DIRECTOR, "section-60", copy_to_secretary=False)


def test_a_notice_that_is_withdrawn_leaves_the_concern_where_it_goes_on(story: Story) -> None:
    """BAR-QA-5.M6, BAR-QA-5.M8: a defective notice is replaced, and the four steps are not taken again."""
    report(given(story), DIRECTOR, "section-60-withdrawn", concern_goes_on="yes")
    assert story.waiting() == ["section-60"]


def test_the_steps_with_a_pupil_referral_unit_come_to_an_end(story: Story) -> None:
    """BAR-QA-5.M6, Education and Inspections Act 2006, section 59: no notice follows, and whoever took them is told."""
    four_steps(story.start("seo", MAINTAINED, UNIT)).do("seo", "question-performance", head_performance="no")
    assert "section 59" in told(story, DIRECTOR, "No notice to a pupil referral unit")
    assert story.ended


def test_a_pupil_referral_unit_at_stage_3_is_spoken_to(story: Story) -> None:
    """BAR-ESC-3.4: as an academy is, for it gets no notice either."""
    raise_concern(story, UNIT).do("head-of-bsa", "decide-without-sisg", without_sisg_decision="stage 2")
    story.do("seo", "seo-on-stage-2", stage_2_seo="escalate").do(HEP, "hep-on-stage-2", stage_2_hep="escalate")
    stage_3(meeting(story.do(HEP, "notice-to-improve"), "not improving"))
    assert "speak-to-leaders" in story.waiting()


def test_whoever_appoints_the_foundation_governors_is_told_that_the_notice_ended(story: Story) -> None:
    """BAR-ESC-3.4: they had a copy; as an academy the school has no such governors any more."""
    warned(story, school=FOUNDATION).converts(FOUNDATION)
    assert "has ended" in told(story, "foundation-governor-appointer", "Now an academy")


def test_whoever_appoints_the_foundation_governors_is_told_that_the_section_60_notice_ended(story: Story) -> None:
    """BAR-QA-5.M6."""
    four_steps(story.start("seo", MAINTAINED, FOUNDATION)).do("seo", "question-performance", head_performance="no")
    story.do(DIRECTOR, "section-60").converts(FOUNDATION)
    assert "has ended" in told(story, "foundation-governor-appointer", "Now an academy")


def test_a_school_that_was_found_not_improving_is_decided_on(story: Story) -> None:
    """BAR-ESC-2.6, BAR-ESC-2.9: though the measures are considered after a later meeting has met again."""
    stage_2(raise_concern(story, COMMUNITY).do("seo", "set-up-sisg"))
    meeting(story.do(HEP, "notice-to-improve"), "not improving").wait_for("meeting-due")
    meeting(story, "meet again").do(HEP, "governance-measures").do(HEP, "systemic-solutions")
    assert "head-of-bsa-on-stage-3" in story.waiting()


def test_that_the_rsc_was_not_told_of_a_notice_is_told(story: Story) -> None:
    """BAR-ESC-3.2: also when the notice is complied with first."""
    complied(warned(story), "stage 2")
    assert "Tell the RSC of the notice" in told(story, HEP, "Regional Schools Commissioner not told")


def test_that_nothing_follows_the_evidence_is_told(story: Story) -> None:
    """BAR-ESC-0.3: to whoever documented it and the Service Director, and not to the school."""
    raise_concern(story, COMMUNITY, head_of_bsa_decision="no further action")
    assert told(story, "seo", "No further action")
    assert "headteacher" not in {role for role, _ in story.told}


def test_no_more_time_is_given_once_the_period_has_ended(story: Story) -> None:
    """BAR-QA-5.M6, Education and Inspections Act 2006, section 60(1)(b)."""
    given(story).wait_for("period-ends")
    with pytest.raises(FormInvalid):
        report(story, DIRECTOR, "section-60-extended", compliance_more=5, notice_extended_why="The chair resigned.")


def test_a_period_under_a_working_week_needs_a_reason(story: Story) -> None:
    """BAR-QA-5.M6: guidance asks for a reasonable period."""
    short = {"compliance_length": 1, "compliance_unit": "working days", "short_period_why": ""}
    assert set(to_the_notice(story).refused(DIRECTOR, "section-60", **short)) == {"short_period_why"}


def test_whoever_checks_is_told_fourteen_days_before_the_two_months_end(story: Story) -> None:
    """BAR-QA-5.M6, BAR-QA-5.M7: they end on 28 November 2026; the school is told nothing."""
    given(story).wait_for("period-ends")
    assert str(story.due("notice-soon").date()) == "2026-11-14"
    assert told(story.wait_for("notice-soon"), DIRECTOR, "Time for powers ends soon")


def test_a_check_that_nobody_makes_ends_in_the_question_about_a_new_notice(story: Story) -> None:
    """BAR-QA-5.M6, BAR-QA-5.M7: and the school hears of no powers."""
    given(story).wait_for("period-ends").wait_for("notice-late")
    assert story.waiting() == ["after-two-months"]
    story.do(DIRECTOR, "after-two-months", after_two_months="new notice")
    assert story.waiting() == ["section-60"]


def test_a_notice_of_the_secretary_of_state_leaves_the_concern_where_it_goes_on(story: Story) -> None:
    """BAR-QA-5.M6, BAR-QA-5.M8, section 60(4A): no other notice before the day on which he allows it."""
    report(given(story), DIRECTOR, "secretary-of-state-notice", concern_goes_on="yes")
    assert story.waiting() == ["section-60"]
    assert "secretary_allowed_on" in story.refused(DIRECTOR, "section-60", secretary_allowed_on="")


def test_a_stage_3_check_that_was_wrong_is_done_again(story: Story) -> None:
    """BAR-ESC-3.1: until the governing body hears that it has complied, which it does not hear then."""
    warned(story).wait_for("compliance-ends").do(HEP, "check-compliance", outcome="stage 2")
    report(story, HEP, "compliance-reopened", reopened_why="The wrong school.")
    story.engine.jobs.run_due()
    story.do(HEP, "check-compliance", outcome="intervention")
    assert "propose-powers" in story.waiting()
    assert not [subject for _, subject in story.told if subject.startswith("Warning notice complied with")]


def test_a_section_60_check_that_was_wrong_is_done_again(story: Story) -> None:
    """BAR-QA-5.M6: until the governing body hears that it has complied, which it does not hear then."""
    given(story).wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="complied")
    report(story, DIRECTOR, "section-60-reopened", reopened_why="The wrong school.")
    story.engine.jobs.run_due()
    story.do(DIRECTOR, "check-notice", notice_outcome="not complied")
    assert story.waiting() == ["propose-powers"]
    assert not [subject for _, subject in story.told if subject.startswith("Section 60 notice complied with")]


def test_after_the_two_months_a_board_alone_can_follow_powers_in_use(story: Story) -> None:
    """BAR-QA-5.M7, Education and Inspections Act 2006, sections 63 to 66: section 65 names no end, others need a new notice."""
    to_powers(complied(warned(story), "intervention")).later(90)
    report(story, HEP, "other-powers-needed", powers_kept=["governors"])
    assert "propose-powers" in story.later(5).waiting()
    assert not [subject for _, subject in story.told if subject.startswith(("No longer eligible", "Time for"))]
    assert "powers_proposed" in story.refused(HEP, "propose-powers", powers_proposed=["budget"])
    story.do(HEP, "propose-powers", powers_proposed=["IEB"]).do("chair-of-governors", "answer-consultation")
    assert "use-powers" in story.waiting()
