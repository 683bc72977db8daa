"""How Barnsley's notices and powers end: what is in use is never forgotten, and each who heard of one hears of its end."""

from __future__ import annotations

import pytest

from engine.errors import FormInvalid
from tests.processes.barnsley import (
    COMMUNITY,
    DIRECTOR,
    HEP,
    HLS,
    MAINTAINED,
    complied,
    given,
    report,
    step,
    to_powers,
    told,
    warned,
)
from tests.processes.story import Story


def in_use(story: Story) -> Story:
    """Powers are used after a section 60 notice."""
    given(story).wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="not complied")
    return to_powers(story)


def test_no_notice_ends_while_its_powers_are_used(story: Story) -> None:
    """BAR-QA-5.M7: the Service Director confirms that they have been given back."""
    report(in_use(story), "seo", "concern-resolved")
    told_of = story.refused(DIRECTOR, "end-notice", concern_ends="yes", powers_given_back=False)
    assert set(told_of) == {"powers_given_back"}
    story.do(DIRECTOR, "end-notice", concern_ends="yes")
    assert "given back" in told(story, "chair-of-governors", "Section 60 notice ended")


def test_nothing_is_given_back_where_no_power_was_used(story: Story) -> None:
    """BAR-QA-5.M6."""
    report(given(story), "seo", "concern-resolved")
    assert "powers_given_back" not in story.shown(DIRECTOR, "end-notice")
    story.do(DIRECTOR, "end-notice", concern_ends="yes")
    assert "No power of intervention is used" in told(story, "chair-of-governors", "Section 60 notice ended")


def test_two_reports_that_it_is_over_are_one_question(story: Story) -> None:
    """BAR-QA-5.M6: with what both say."""
    report(given(story), "seo", "concern-resolved", resolved_how="A new head has begun.")
    report(story, HLS, "concern-resolved", resolved_how="Safeguarding was audited.")
    assert story.waiting().count("end-notice") == 1
    assert story.variables["resolved_reports"] == ["A new head has begun.", "Safeguarding was audited."]
    story.do(DIRECTOR, "end-notice", concern_ends="no")
    report(story, "seo", "concern-resolved", resolved_how="The plan is approved.")
    assert story.waiting().count("end-notice") == 1
    assert story.variables["resolved_reports"] == ["The plan is approved."]


def kept(story: Story) -> Story:
    """Governors are in use, and the budget was proposed beside them."""
    to_powers(complied(warned(story), "intervention"))
    report(story, HEP, "other-powers-needed", other_powers_cause="not enough", powers_kept=["governors"])
    story.do(HEP, "propose-powers", powers_proposed=["budget"]).do("chair-of-governors", "answer-consultation")
    return story.do(DIRECTOR, "use-powers", powers_used=[])


def test_that_no_further_power_is_used_is_not_told_as_none(story: Story) -> None:
    """BAR-QA-5.M7: what is in use is said with it."""
    said = told(kept(story), "chair-of-governors", "No further power is used")
    assert "governors" in said
    assert ("chair-of-governors", "No power of intervention is used") not in {(r, s[:32]) for r, s in story.told}


@pytest.mark.parametrize("stage", ["proposal", "consultation", "decision"])
def test_a_notice_of_stage_3_can_be_withdrawn_once_powers_are_proposed(story: Story, stage: str) -> None:
    """BAR-ESC-3.1: as it can while its time to comply runs; what was proposed on it ends."""
    complied(warned(story), "intervention")
    if stage != "proposal":
        story.do(HEP, "propose-powers")
    if stage == "decision":
        story.do("chair-of-governors", "answer-consultation")
    report(story, HEP, "notice-ended", outcome="stage 2", notice_ended_why="It rested on a mistake.")
    assert "It rested on a mistake." in told(story, "chair-of-governors", "Warning notice ended")
    assert story.waiting() == ["notice-to-improve"]


def test_a_notice_of_stage_3_is_withdrawn_after_its_powers_are_given_back(story: Story) -> None:
    """BAR-ESC-3.1, BAR-QA-5.M7."""
    to_powers(complied(warned(story), "intervention"))
    with pytest.raises(FormInvalid, match="given back"):
        report(story, HEP, "notice-ended", outcome="stage 2", powers_given_back=False)
    report(story, HEP, "notice-ended", outcome="stage 2")
    assert "given back" in told(story, "chair-of-governors", "Warning notice ended")


ACADEMY = "100006"


@pytest.mark.parametrize(
    ("steps", "head", "chair"), [(0, False, False), (1, True, False), (2, True, True), (4, True, True)]
)
def test_whoever_was_spoken_to_hears_that_a_concern_is_resolved(
    story: Story, steps: int, head: bool, chair: bool
) -> None:
    """BAR-QA-5.M1 to 5.M4: and nobody hears of a concern by its end."""
    story.start("seo", MAINTAINED, COMMUNITY)
    for _ in range(steps):
        step(story)
    report(story, "seo", "concern-resolved", resolved_how="The plan is approved.")
    heard = {role for role, about in story.told if about.startswith("Serious concern resolved")}
    assert ("headteacher" in heard, "chair-of-governors" in heard) == (head, chair)
    assert "The plan is approved." in told(story, HLS, "Serious concern resolved")


@pytest.mark.parametrize(("process", "school"), [(MAINTAINED, COMMUNITY), ("barnsley-concerns-academy", ACADEMY)])
def test_a_concern_resolved_by_a_formal_letter_is_told(story: Story, process: str, school: str) -> None:
    """BAR-QA-5.M4, BAR-QA-5.A4: the governing body had the letter."""
    story.start("seo", process, school)
    for _ in range(3):
        step(story)
    step(story, "resolved")
    assert told(story, "chair-of-governors", "Serious concern resolved")
    assert story.ended


@pytest.mark.parametrize(("steps", "head", "chair"), [(0, False, False), (1, True, False), (2, True, True)])
def test_nobody_hears_of_a_concern_by_a_conversion(story: Story, steps: int, head: bool, chair: bool) -> None:
    """BAR-QA-5.M1, BAR-QA-5.M2, BAR-QA-5.A1: the informal discussion comes first."""
    story.start("seo", MAINTAINED, COMMUNITY)
    for _ in range(steps):
        step(story)
    story.converts(COMMUNITY)
    heard = {role for role, about in story.told if about.startswith("Now an academy")}
    assert ("headteacher" in heard, "chair-of-governors" in heard) == (head, chair)
