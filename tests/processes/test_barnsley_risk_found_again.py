"""What Barnsley knows of a school's risk is not lost: a judgement, a new headteacher, a level that stays high, an escalation."""

from __future__ import annotations

import pytest

from engine.errors import NotForThisSchool
from tests.processes.barnsley import HEP, HLS, raise_concern, report, told
from tests.processes.story import Story
from tests.processes.test_barnsley_risk import ASSESSMENT, COMMUNITY, ESCALATION, HIGH, INDEPENDENT, REVIEW, SOUND

INADEQUATE = {"judgement": "inadequate", "judgement_published_on": "2026-09-03"}
NO_OFSTED = {key: answer for key, answer in SOUND.items() if key != "risk_ofsted"}


def test_a_level_that_stays_high_begins_an_escalation_where_none_runs(story: Story) -> None:
    """BAR-QA-4.3: also where the register said so before the processes began."""
    story.start("seo", REVIEW, HIGH).do("seo", "evaluate", risk_level="high")
    assert story.ended, "no letter of a change"
    assert story.follow(ESCALATION, HIGH).waiting() == ["document-evidence"]
    story.start("seo", REVIEW, HIGH).do("seo", "evaluate", risk_level="high")
    story.engine.jobs.run_due()
    assert len(story.cases(ESCALATION, HIGH)) == 1


def test_a_new_headteacher_is_not_forgotten_when_the_assessment_begins_anew(story: Story) -> None:
    """BAR-QA-2.5: a category of support, automatically."""
    story.start("seo", ASSESSMENT, COMMUNITY)
    report(story, "seo", "new-headteacher", new_headteacher_name="Kit Notional")
    report(story, "seo", "ofsted-judgement", judgement="good")
    story.follow(ASSESSMENT, COMMUNITY)
    assert "new_headteacher" not in story.shown("seo", "gather-evidence")
    story.do("seo", "gather-evidence", risk_data="secure", risk_leadership="secure")
    assert story.variables["worked_out_risk"] == "low"


def test_a_judgement_stands_in_the_assessment_that_it_begins(story: Story) -> None:
    """BAR-QA-2.2, BAR-QA-2.4: nobody is asked for another, and the table goes by it."""
    story.report("seo", "ofsted-judgement", COMMUNITY, **INADEQUATE).follow(ASSESSMENT, COMMUNITY)
    assert "risk_ofsted" not in story.shown("seo", "gather-evidence")
    story.do("seo", "gather-evidence", **NO_OFSTED)
    assert story.variables["worked_out_risk"] == "high"


@pytest.mark.parametrize("again", [INADEQUATE, {**INADEQUATE, "judgement_published_on": "2026-09-04"}])
def test_the_same_judgement_begins_nothing_twice(story: Story, again: dict[str, str]) -> None:
    """BAR-QA-2.2: another one does."""
    story.report("seo", "ofsted-judgement", COMMUNITY, **INADEQUATE).follow(ASSESSMENT, COMMUNITY)
    story.report("system-leader", "ofsted-judgement", COMMUNITY, **again)
    assert len(story.cases(ASSESSMENT, COMMUNITY)) == (1 if again == INADEQUATE else 2)


def test_a_review_lowers_an_escalated_school_only_with_a_reason(story: Story) -> None:
    """BAR-QA-3.1, BAR-QA-2.3: and the Head of Learning and Standards hears it."""
    raise_concern(story, HIGH)
    story.start("seo", REVIEW, HIGH)
    assert "level_despite" in story.refused("seo", "evaluate", risk_level="medium", level_despite="")
    story.do("seo", "evaluate", risk_level="low", level_despite="Settled with the Head of the BSA.")
    assert "Settled with the Head of the BSA." in told(story, HLS, "Evaluation")
    assert "it was: high" in told(story, HLS, "Evaluation")


def test_an_independent_school_is_not_reviewed(story: Story) -> None:
    """BAR-QA-2.1, BAR-QA-3.1: it is not on the register of risk."""
    with pytest.raises(NotForThisSchool):
        story.start("seo", REVIEW, INDEPENDENT)


def test_the_letter_goes_to_the_headteacher_and_the_chair(story: Story) -> None:
    """BAR-QA-3.4: to every school leader and chair of governors."""
    story.start_by_timer(ASSESSMENT, "results-published", COMMUNITY).do("seo", "gather-evidence", **SOUND)
    story.do(HLS, "consult-head", risk_level="low").wait_for("first-september")
    assert "letter_to_both" in story.refused("seo", "send-letter", letter_to_both=False)


@pytest.mark.parametrize("open_already", [False, True])
def test_those_who_lead_an_escalation_hear_of_a_new_headteacher(story: Story, open_already: bool) -> None:
    """BAR-QA-2.5, BAR-ESC-1.2, BAR-ESC-2.3: the group and the meetings have another member."""
    if open_already:
        story.start("seo", ASSESSMENT, COMMUNITY)
    story.report("seo", "new-headteacher", COMMUNITY, new_headteacher_name="Kit Notional").follow(ASSESSMENT, COMMUNITY)
    for role in (HEP, "head-of-bsa", "system-leader"):
        assert "Kit Notional" in told(story, role, "New headteacher takes up post")


def test_what_medium_risk_needs_beside_visits_is_asked(story: Story) -> None:
    """BAR-QA-4.1, table 1: where it is required."""
    story.start("seo", ASSESSMENT, COMMUNITY).do("seo", "gather-evidence", **SOUND)
    story.do(HLS, "consult-head", risk_level="medium")
    assert "medium_programme" in story.shown("seo", "plan-support")
