"""Luton's Requires Improvement protocols: maintained schools and academies, with what both share."""

from __future__ import annotations

from tests.processes.story import Story

PROCESS, ACADEMY_PROCESS, DIRECTOR = "luton-ri-maintained", "luton-ri-academy", "service-director"
COMMUNITY, ACADEMY = "120001", "120006"
MILESTONE = {"milestone": "All teachers trained", "milestone_by": "2026-12-18", "milestone_who": "Headteacher"}
BASIC = ["agree-plan", "broker-hubs", "broker-school", "priority-training", "set-up-group", "submit-audit"]


def plan(story: Story, **group: str) -> Story:
    """LUT-RI.1 to LUT-RI.7 and LUT-RI.9: the basic entitlement, up to the start of the plan's monitoring."""
    story.do(DIRECTOR, "allocate-sia").do("sia", "meet-head-chair", met_with=["head", "chair"])
    assert story.waiting() == BASIC
    story.do("sia", "agree-plan", milestones=[MILESTONE])
    for element in BASIC[1:4]:
        story.do("sia", element)
    story.do("sia", "set-up-group", **group).do("headteacher", "submit-audit")
    return story.do("safeguarding-officer", "triangulate")


def meets(story: Story, **found: str) -> Story:
    story.wait_for("group-due")
    return story.do("sia", "group-meets", **{"ofsted_judgement": "none", "progress": "enough", **found})


def test_every_school_has_its_entitlement_and_the_plan_stays_until_it_is_good(story: Story) -> None:
    """LUT-RI.1, LUT-RI.2, LUT-RI.3, LUT-RI.4, LUT-RI.5, LUT-RI.6, LUT-RI.7, LUT-RI.9, LUT-RI.10."""
    plan(story.start("sia", PROCESS, COMMUNITY), group_interval="1 half-term")
    # Monday of week 2 of autumn 1 (7 September 2026) is Monday of week 2 of autumn 2, which began on 2 November.
    assert str(story.due("group-due").date()) == "2026-11-09"
    meets(story, group_interval="1 month")
    # A month on from 9 November 2026: Wednesday 9 December.
    assert str(story.due("group-due").date()) == "2026-12-09"
    meets(story, ofsted_judgement="good")
    assert story.ended
    assert story.trace[-1] == "good"


def test_within_a_year_the_school_is_reviewed_against_the_plan(story: Story) -> None:
    """LUT-RI.8: called ten months after the plan's start, so that it is held within twelve."""
    plan(story.start("sia", PROCESS, COMMUNITY), group_interval="1 term")
    # Ten months from 7 September 2026 end with 7 July 2027; it is called the morning after, and due two months from their end.
    assert str(story.due("review-called").date()) == "2027-07-08"
    story.wait_for("review-called")
    review = next(task for task in story.engine.tasks.open(story.case) if task.element == "school-review")
    assert review.due is not None
    assert str(review.due.date()) == "2027-09-07"
    story.do("sia", "school-review")
    assert not story.ended, "the plan goes on"


def test_the_default_action_is_reviews_and_audits(story: Story) -> None:
    """LUT-RI.A4."""
    plan(story.start("sia", PROCESS, COMMUNITY), group_interval="1 month")
    meets(story, progress="not enough").do("sia", "consider-actions", actions=["other"])
    assert story.waiting() == ["other-actions"]


def test_an_inspection_report_is_heard_at_any_moment(story: Story) -> None:
    """LUT-RI.10: begun by a message; judged inadequate, intervention begins (LUT-IN.1)."""
    story.receive("judged-requires-improvement", COMMUNITY).follow(PROCESS, COMMUNITY)
    plan(story, group_interval="1 half-term").receive("section-5-inspection", COMMUNITY, judgement="inadequate")
    assert not story.ended, "the support goes on beside the intervention"
    assert story.follow("luton-inadequate", COMMUNITY).waiting() == ["convene-group", "statement-of-action"]


def awaiting_audit(story: Story) -> Story:
    """LUT-RI.9: the school's audit is asked for."""
    return story.start("sia", PROCESS, COMMUNITY).do(DIRECTOR, "allocate-sia").do("sia", "meet-head-chair")


def told_unsafe(story: Story) -> list[str]:
    return [role for role, subject in story.told if subject.startswith("Safeguarding is not effective")]


def test_an_audit_that_is_late_is_reminded_of_and_may_be_done_again(story: Story) -> None:
    """LUT-RI.9: triangulated, or a further audit."""
    awaiting_audit(story)
    # Twenty working days counted from 8 September end with Monday 5 October 2026.
    assert str(story.due("audit-late").date()) == "2026-10-06"
    story.wait_for("audit-late")
    assert ("headteacher", f"Section 175 audit: {story.variables['school']['name']}") in story.told
    story.do("headteacher", "submit-audit").do("sia", "triangulate", audit_result="further audit")
    story.do("safeguarding-officer", "further-audit")
    assert "submit-audit" not in story.waiting()
    assert "further-audit" in story.trace


def test_an_audit_that_does_not_come_is_followed_by_the_authority_s_own(story: Story) -> None:
    """LUT-RI.9: the school's silence stops nothing."""
    awaiting_audit(story).wait_for("audit-late")
    task = next(task for task in story.engine.tasks.open(story.case) if task.element == "submit-audit")
    story.engine.tasks.go_on_without(task.id, "Reminded twice.", by=story.scope("sia"))
    assert "further-audit" in story.waiting()


def test_safeguarding_that_is_not_effective_is_told_at_once(story: Story) -> None:
    """LUT-RI.9: by the school's own audit, before it is triangulated."""
    awaiting_audit(story).do("headteacher", "submit-audit", audit_effective="no")
    assert told_unsafe(story) == ["safeguarding-officer", DIRECTOR, "sia"]
    assert "triangulate" in story.waiting()


def test_what_the_authority_s_audit_finds_is_told(story: Story) -> None:
    """LUT-RI.9 LUT-AC.2: to the Service Director and the school."""
    awaiting_audit(story).do("headteacher", "submit-audit").do("sia", "triangulate", audit_result="further audit")
    story.do("safeguarding-officer", "further-audit", further_audit_effective="no")
    assert told_unsafe(story) == [DIRECTOR, "headteacher", "chair-of-governors"]


def test_an_academy_s_trust_is_met_until_the_academy_is_good(story: Story) -> None:
    """LUT-AC.1, LUT-AC.2, LUT-AC.3."""
    story.start("sia", ACADEMY_PROCESS, ACADEMY).do("sia", "request-plan").do("trust-ceo", "send-plan")
    story.do("headteacher", "submit-audit").do("sia", "triangulate")
    # At once: five working days on from Monday 7 September 2026.
    assert str(story.due("meeting-due").date()) == "2026-09-14"
    story.wait_for("meeting-due").do("sia", "meet-ceo", trust_result="assured")
    story.wait_for("meeting-due").do("sia", "meet-ceo", trust_result="not assured").do(DIRECTOR, "contact-dfe")
    story.wait_for("meeting-due").do("sia", "meet-ceo", trust_result="good")
    assert story.ended
    assert story.trace[-1] == "academy-good"


def test_an_academy_s_judgement_may_come_by_message(story: Story) -> None:
    """LUT-AC.1."""
    story.receive("academy-requires-improvement", ACADEMY)
    assert story.follow(ACADEMY_PROCESS, ACADEMY).waiting() == ["request-plan", "submit-audit"]
