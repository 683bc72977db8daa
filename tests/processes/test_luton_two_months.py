"""Luton: until when a notice is extended, who is told before the two months after it end, and what is asked after them."""

from __future__ import annotations

import pytest

from tests.processes.story import Story
from tests.processes.test_luton_bad_days import until
from tests.processes.test_luton_notice import AIDED, COMMUNITY, DIRECTOR, NOTICE, fail, give, told

LONGER = {"compliance_length": 60, "extension_reason": "A new head."}


def test_a_period_that_has_ended_is_not_extended(story: Story) -> None:
    """LUT-IN.4: section 60(1)(b) of the Education and Inspections Act 2006; more time needs another notice."""
    give(story, "warning").wait_for("period-ends").report(DIRECTOR, "notice-extended", COMMUNITY, **LONGER)
    assert told(story, "The notice has a longer period") == []
    assert story.waiting() == ["check-notice"]


@pytest.mark.parametrize(("kind", "heard"), [("warning", [DIRECTOR, "sia"]), ("pre-warning", [])])
def test_who_checks_a_notice_is_told_before_the_two_months_end(story: Story, kind: str, heard: list[str]) -> None:
    """LUT-IN.5: from 22 September to 22 November 2026; powers follow a statutory notice only."""
    assert told(until(give(story, kind), "2026-11-07"), "Warning notice not checked") == []
    assert told(until(story, "2026-11-08"), "Warning notice not checked") == heard


def test_who_proposes_powers_is_told_before_the_two_months_end(story: Story) -> None:
    """LUT-IN.5."""
    assert told(until(fail(story, "warning"), "2026-11-07"), "Powers of intervention, time ends soon") == []
    assert told(until(story, "2026-11-08"), "Powers of intervention, time ends soon") == [DIRECTOR, "sia"]


def test_a_notice_that_is_checked_too_late_leads_to_the_question_of_another(story: Story) -> None:
    """LUT-IN.4 LUT-IN.5: the governing body is not told that it is no longer eligible."""
    until(give(story, "warning"), "2026-12-01").do(DIRECTOR, "check-notice", notice_outcome="not complied")
    assert story.waiting() == ["write-notice"]
    assert told(story, "No longer eligible for intervention") == []


def consulted(story: Story, *powers: str) -> Story:
    """Powers that were proposed in time, and nobody has answered."""
    return (
        fail(story, "warning")
        .do(DIRECTOR, "propose-powers", powers_proposed=list(powers))
        .wait_for("consultation-over")
    )


def test_a_board_has_no_two_months(story: Story) -> None:
    """LUT-IN.5: section 65 names no limit, as sections 63, 64 and 66 do."""
    until(consulted(story, "section 65"), "2027-01-11")
    story.do(DIRECTOR, "use-powers", powers_used=["section 65"], powers_used_on="2027-01-11")
    assert "tell-powers" in story.trace


def test_a_board_lifts_the_limit_of_no_other_power(story: Story) -> None:
    """LUT-IN.5: each has its day."""
    until(consulted(story, "section 64", "section 65"), "2026-11-25")
    late = {"powers_used": ["section 64", "section 65"], "powers_used_on": "2026-11-24"}
    assert "powers_used_on" in story.refused(DIRECTOR, "use-powers", **late)
    story.do(DIRECTOR, "use-powers", **{**late, "powers_used_on": "2026-11-20", "board_used_on": "2026-11-24"})
    assert "tell-powers" in story.trace


def test_a_statement_of_action_is_late_ten_working_days_after_the_report(story: Story) -> None:
    """LUT-IN.2: Education Act 2005, section 15(3), and the regulations; not after the case began."""
    story.start("sia", "luton-inadequate", COMMUNITY, judged_on="2026-08-31")
    # Ten working days counted from 1 September 2026 end with the 14th; the morning after.
    assert str(story.due("statement-late").date()) == "2026-09-15"


def test_a_statement_of_action_goes_to_the_chief_inspector(story: Story) -> None:
    """LUT-IN.2: and for a voluntary aided school to whoever appoints its foundation governors."""
    story.start("sia", "luton-inadequate", AIDED)
    assert "statement_copies" in story.refused("sia", "statement-of-action", statement_copies=[])


def test_a_short_period_needs_a_reason(story: Story) -> None:
    """LUT-IN.4: the guidance asks for a reasonable period."""
    story.start(DIRECTOR, NOTICE, COMMUNITY)
    short = {"notice_kind": "warning", "compliance_length": 1, "compliance_unit": "days"}
    assert "compliance_short_why" in story.refused(DIRECTOR, "write-notice", **short, compliance_short_why="")
    story.do(DIRECTOR, "write-notice", **short, compliance_short_why="A pupil is in danger.")
    assert "tell-notice" in story.trace


def test_a_check_that_was_wrong_is_done_again(story: Story) -> None:
    """LUT-IN.4 LUT-1.5: until the governing body hears that it has complied; the school stays in category D."""
    give(story, "warning").wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="complied")
    story.report(DIRECTOR, "compliance-reopened", COMMUNITY, reopened_why="The wrong school.")
    story.do(DIRECTOR, "check-notice", notice_outcome="not complied")
    assert story.waiting() == ["propose-powers"]
    assert story.category_of(COMMUNITY) == "D"
    assert not [subject for _, subject in story.told if subject.startswith("The notice was complied with")]


def test_a_power_that_was_only_proposed_is_not_given_back_when_the_notice_is_withdrawn(story: Story) -> None:
    """LUT-IN.5: nobody is asked, and all who had the notice hear that nothing is used."""
    fail(story, "warning").do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    story.report(DIRECTOR, "notice-withdrawn", COMMUNITY, withdrawn_reason="Given by mistake.")
    assert "chair-of-governors" in told(story, "Powers of intervention end")
    assert story.ended
