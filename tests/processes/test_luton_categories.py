"""Luton: the category is what Ofsted, the panel and a notice make of it together, in whatever order they come."""

from __future__ import annotations

import pytest

from tests.processes.barnsley import told as text
from tests.processes.story import Story
from tests.processes.test_luton_bad_days import failed, heard
from tests.processes.test_luton_judgements import report, support
from tests.processes.test_luton_panels import BEST, SOUND

PANEL, NOTICE, SUPPORT, INTERVENTION = (
    "luton-monitoring-panel",
    "luton-warning-notice",
    "luton-ri-maintained",
    "luton-inadequate",
)
DIRECTOR, CHAIR, COMMUNITY, ACADEMY = "service-director", "panel-chair", "120001", "120010"
AGREED = {"particular_concern": "no"}


def given(story: Story, **answers: str) -> Story:
    """A warning notice of fifteen days."""
    answers = {"notice_kind": "warning", "compliance_unit": "days", **answers}
    return story.start(DIRECTOR, NOTICE, COMMUNITY).do(DIRECTOR, "write-notice", compliance_length=15, **answers)


def ends(story: Story, how: str) -> Story:
    """The notice is complied with, or withdrawn."""
    if how == "withdrawn":
        return story.report(DIRECTOR, "notice-withdrawn", COMMUNITY)
    story.follow(NOTICE, COMMUNITY).wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="complied")
    return story.do(DIRECTOR, "confirm-complied")


def panel(story: Story, category: str, **criteria: object) -> Story:
    """The monitoring panel agrees on a category."""
    story.start("sia", PANEL, COMMUNITY).do("sia", "criteria", **{**SOUND, **criteria})
    story.do(CHAIR, "panel-discusses", panel_category=category, **AGREED).engine.jobs.run_due()
    return story


@pytest.mark.parametrize("how", ["complied", "withdrawn"])
def test_requires_improvement_twice_outlasts_a_notice(story: Story, how: str) -> None:
    """LUT-1.4 LUT-1.5: judged so while it runs, the school stays in category D after it."""
    given(support(story))
    story.case = story.cases(SUPPORT, COMMUNITY)[-1]
    report(story, "requires improvement", "2026-09-07", another_report=True)
    assert ends(story, how).category_of(COMMUNITY) == "D"


@pytest.mark.parametrize("how", ["complied", "withdrawn"])
def test_what_the_panel_finds_outlasts_a_notice(story: Story, how: str) -> None:
    """LUT-1.1 LUT-1.4: the safety of pupils is threatened, whatever becomes of the notice."""
    panel(given(story), "D", further_criteria=["safety"])
    assert ends(story, how).category_of(COMMUNITY) == "D"


@pytest.mark.parametrize("how", ["complied", "withdrawn"])
def test_a_notice_brings_back_no_intervention_that_has_ended(story: Story, how: str) -> None:
    """LUT-1.5: given while it ran, and ended after it: in C for the first year after D."""
    story.start("sia", INTERVENTION, COMMUNITY, judged_on="2026-08-10").engine.jobs.run_due()
    given(story)
    report(story, "requires improvement", "2026-09-07")
    assert ends(story, how).category_of(COMMUNITY) == "C"


def test_a_notice_that_ends_during_intervention_leaves_the_school_in_category_d(story: Story) -> None:
    """LUT-1.5."""
    story.start("sia", INTERVENTION, COMMUNITY, judged_on="2026-08-10").engine.jobs.run_due()
    assert ends(given(story), "complied").category_of(COMMUNITY) == "D"


def test_a_notice_that_conversion_ends_leaves_no_academy_in_category_d(story: Story) -> None:
    """LUT-1.5: its reason has gone with it."""
    assert given(story).converts(COMMUNITY).category_of(COMMUNITY) == "C"


@pytest.mark.parametrize(("process", "school"), [(SUPPORT, COMMUNITY), ("luton-ri-academy", ACADEMY)])
def test_a_school_that_requires_improvement_is_offered_c_or_d(story: Story, process: str, school: str) -> None:
    """LUT-1.4: the panel knows that the support, or the academy's protocol, runs."""
    story.start("sia", process, school).start("sia", PANEL, school)
    assert "ofsted" in story.refused("sia", "criteria", **BEST)
    story.do("sia", "criteria", **{**BEST, "ofsted": "requires improvement"})
    for category in ("A", "B"):
        assert "panel_category" in story.refused(CHAIR, "panel-discusses", panel_category=category, **AGREED)
    assert story.do(CHAIR, "panel-discusses", panel_category="C", **AGREED).category_of(school) == "C"


def test_a_notice_that_is_dated_ahead_is_not_told_as_given(story: Story) -> None:
    """LUT-IN.4: the governing body reads on which day it gets it."""
    given(story, notice_on="2026-09-10")
    assert "On 10 September 2026 the authority gives" in text(story, "chair-of-governors", "Warning notice: ")


def test_the_service_director_hears_that_a_school_under_powers_is_good(story: Story) -> None:
    """LUT-IN.5 LUT-RI.10: what follows a notice is not ended by the judgement, and the Service Director says what becomes of it."""
    failed(support(story)).do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    story.do("chair-of-governors", "answer-consultation").do(DIRECTOR, "use-powers", powers_used=["section 64"])
    story.case = story.cases(SUPPORT, COMMUNITY)[-1]
    report(story, "good", story.clock.now().date().isoformat())
    assert heard(story, "The improvement plan ends") == ["headteacher", "chair-of-governors", CHAIR, DIRECTOR]
    assert "do not end by this" in text(story, DIRECTOR, "The improvement plan ends")


@pytest.mark.parametrize(("process", "school"), [(SUPPORT, COMMUNITY), ("luton-ri-academy", ACADEMY)])
def test_the_trust_hears_that_its_academy_s_safeguarding_is_not_effective(
    story: Story, process: str, school: str
) -> None:
    """LUT-AC.2 LUT-RI.9: it answers for it; a maintained school has none."""
    story.start("sia", process, school).do("headteacher", "submit-audit", audit_effective="no")
    story.do("sia", "triangulate", audit_result="further audit")
    story.do("safeguarding-officer", "further-audit", further_audit_effective="no")
    assert heard(story, "Safeguarding is not effective").count("trust-ceo") == (2 if school == ACADEMY else 0)


def test_a_second_finding_of_too_little_opens_no_second_consideration(story: Story) -> None:
    """LUT-RI.A1 LUT-RI.A2: what the group found is told to those who consider the first."""
    support(story).do("sia", "set-up-group", group_interval="1 month")
    for _ in range(2):
        found = {"progress": "not enough", "ofsted_judgement": "none", "group_interval": "1 month"}
        story.wait_for("group-due").do("sia", "group-meets", progress_seen="Reading falls.", **found)
    assert story.waiting().count("consider-actions") == 1
    assert "Reading falls." in text(story, DIRECTOR, "Progress is not enough again")
    story.do(DIRECTOR, "consider-actions", actions=[])
    story.wait_for("group-due").do("sia", "group-meets", **found)
    assert story.waiting().count("consider-actions") == 1
