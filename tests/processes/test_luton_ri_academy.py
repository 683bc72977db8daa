"""Luton's Requires Improvement protocol for an academy: each way through it, with dates worked out by hand."""

from __future__ import annotations

import pytest

from engine.errors import NotForThisSchool, TaskNotYours
from tests.processes.story import Story

PROCESS, DIRECTOR = "luton-ri-academy", "service-director"
ACADEMY, IN_B, COMMUNITY, INDEPENDENT = "120006", "120010", "120001", "120020"
AUDIT = "submit-audit"


def asked(story: Story) -> Story:
    """LUT-AC.1 and LUT-AC.2: the trust's plan and the academy's audit are asked for at the same time."""
    story.start("sia", PROCESS, ACADEMY, judged_on="2026-08-10")
    assert story.waiting() == ["request-plan", AUDIT]
    story.do("sia", "request-plan")
    assert story.waiting() == ["send-plan", AUDIT]
    return story


def audited(story: Story) -> Story:
    """LUT-AC.2: the audit is submitted and triangulated."""
    return story.do("headteacher", AUDIT).do("safeguarding-officer", "triangulate")


def who_hears_of_good(story: Story) -> set[str]:
    """The roles that are told that the academy is good or better."""
    return {role for role, subject in story.told if subject.startswith("Judged good or better")}


def test_the_trust_is_met_until_the_academy_is_good(story: Story) -> None:
    """LUT-AC.1 LUT-AC.2 LUT-AC.3: the plan, regular meetings, the audit, and the DfE where the adviser is not assured."""
    audited(asked(story)).do("trust-ceo", "send-plan")
    assert "audited" in story.trace
    # The meetings begin at once: five working days on from Monday 7 September 2026.
    assert str(story.due("meeting-due").date()) == "2026-09-14"
    story.wait_for("meeting-due").do("sia", "meet-ceo", trust_result="assured", trust_interval="1 month")
    # A month on from 14 September 2026: Wednesday 14 October.
    assert str(story.due("meeting-due").date()) == "2026-10-14"
    story.wait_for("meeting-due").do("sia", "meet-ceo", trust_result="assured", trust_interval="1 month")
    story.wait_for("meeting-due").do(DIRECTOR, "meet-ceo", trust_result="not assured", trust_interval="1 term")
    assert story.waiting() == ["contact-dfe"]
    story.do(DIRECTOR, "contact-dfe")
    story.wait_for("meeting-due").do("sia", "meet-ceo", trust_result="good")
    assert story.ended
    assert story.trace[-1] == "academy-good"
    assert {"trust-ceo", "headteacher"} <= who_hears_of_good(story)


def test_the_meetings_do_not_wait_for_the_audit(story: Story) -> None:
    """LUT-AC.1 LUT-AC.2: and the case ends with the academy good, whatever is still open."""
    asked(story).do("trust-ceo", "send-plan").wait_for("meeting-due")
    assert story.waiting() == ["meet-ceo", AUDIT]
    story.do("sia", "meet-ceo", trust_result="good")
    assert story.ended
    assert story.waiting() == []


def test_a_trust_that_is_late_with_its_plan_is_reminded(story: Story) -> None:
    """LUT-AC.1: after the time that the authority has set."""
    asked(story)
    # Twenty working days counted from Tuesday 8 September 2026 end with Monday 5 October.
    assert str(story.due("plan-late").date()) == "2026-10-05"
    story.wait_for("plan-late")
    subject = f"Action plan: {story.variables['school']['name']}"
    assert [role for role, told in story.told if told == subject] == ["trust-ceo", "sia", DIRECTOR]
    assert "send-plan" in story.waiting(), "the plan is still waited for"
    story.wait_for("plan-late")
    assert [role for role, told in story.told if told == subject] == ["trust-ceo", "sia", DIRECTOR] * 2, "and again"
    assert "trust-reminded" in story.trace


def test_the_audit_may_be_followed_by_a_further_one(story: Story) -> None:
    """LUT-AC.2: triangulated, or the authority audits further."""
    asked(story).do("headteacher", AUDIT).do("sia", "triangulate", audit_result="further audit")
    assert story.waiting() == ["further-audit", "send-plan"]
    story.do("safeguarding-officer", "further-audit")
    assert story.waiting() == ["send-plan"]


def test_only_advisers_ask_for_the_plan(story: Story) -> None:
    """LUT-AC.1: the trust sends it, and nobody at the school."""
    story.start("sia", PROCESS, ACADEMY)
    with pytest.raises(TaskNotYours):
        story.do("trust-ceo", "request-plan")
    story.do("sia", "request-plan")
    with pytest.raises(TaskNotYours):
        story.do("headteacher", "send-plan")


def test_it_begins_by_a_message_too(story: Story) -> None:
    """LUT-AC.1: a judgement that comes from another case."""
    story.receive("academy-requires-improvement", ACADEMY).follow(PROCESS, ACADEMY)
    assert story.waiting() == ["request-plan", AUDIT]


def test_the_meetings_begin_without_the_plan_and_a_trust_that_does_not_meet_is_put_to_the_dfe(story: Story) -> None:
    """LUT-AC.1 LUT-AC.3: silence of the trust stops neither."""
    story.start("sia", PROCESS, ACADEMY)
    assert str(story.due("meeting-due").date()) == "2026-09-14"
    story.wait_for("meeting-due").do("sia", "meet-ceo", trust_result="not met", trust_interval="1 month")
    assert story.waiting() == ["contact-dfe", "request-plan", AUDIT]


@pytest.mark.parametrize(("before", "then"), [("good", "C"), ("requires improvement", "D")])
def test_the_judgement_puts_the_academy_in_its_category(story: Story, before: str, then: str) -> None:
    """LUT-1.1 LUT-1.4: academies are categorised too."""
    story.start("sia", PROCESS, IN_B, judged_before=before)
    assert story.category_of(IN_B) == then


@pytest.mark.parametrize(("judgement", "then"), [("requires improvement", "D"), ("inadequate", "D"), ("good", "C")])
def test_a_new_judgement_changes_the_category(story: Story, judgement: str, then: str) -> None:
    """LUT-1.4 LUT-1.5: requires improvement twice running, and inadequate, are D."""
    story.start("sia", PROCESS, IN_B, judged_before="good", judged_on="2026-08-10")
    story.receive("section-5-inspection", IN_B, judgement=judgement)
    assert story.category_of(IN_B) == then


@pytest.mark.parametrize("school", [COMMUNITY, INDEPENDENT])
def test_it_is_for_academies(story: Story, school: str) -> None:
    """LUT-AC.1 LUT-RI.1: a maintained school has a protocol of its own, an independent school none."""
    with pytest.raises(NotForThisSchool):
        story.start("sia", PROCESS, school)


def test_a_meeting_that_nobody_records_keeps_no_later_one_from_its_day(story: Story) -> None:
    """LUT-AC.1: the chief executive is met regularly, as often as the authority's setting says."""
    audited(asked(story)).do("trust-ceo", "send-plan").wait_for("meeting-due")
    first = story.engine.tasks.open(story.case)[0].id
    # Monday of week 3 of autumn 1 (14 September 2026) is Monday of week 3 of autumn 2, which began on 2 November.
    assert str(story.due("meeting-missed").date()) == "2026-11-16"
    story.wait_for("meeting-missed")
    assert [role for role, subject in story.told if "none recorded" in subject] == [DIRECTOR, "sia"]
    assert story.waiting() == ["meet-ceo"]
    assert story.engine.tasks.open(story.case)[0].id != first


@pytest.mark.parametrize("judgement", ["good", "outstanding"])
def test_a_good_judgement_ends_it_at_any_moment(story: Story, judgement: str) -> None:
    """LUT-AC.1: nothing more is asked of the trust."""
    asked(story).receive("section-5-inspection", ACADEMY, judgement=judgement)
    assert story.ended
    assert "good" in story.trace
    assert story.waiting() == []
    assert {"trust-ceo", "headteacher"} <= who_hears_of_good(story)


def test_requires_improvement_again_and_a_new_plan_is_asked_for(story: Story) -> None:
    """LUT-AC.1: a new case begins with it."""
    asked(story).receive("section-5-inspection", ACADEMY, judgement="requires improvement")
    assert story.ended
    assert "academy-again" in story.trace
    story.follow(PROCESS, ACADEMY)
    assert len(story.cases(PROCESS, ACADEMY)) == 2
    assert story.waiting() == ["request-plan", AUDIT]


@pytest.mark.parametrize("judgement", ["inadequate", None])
def test_an_inadequate_academy_is_put_to_the_dfe(story: Story, judgement: str | None) -> None:
    """LUT-AC.3: and so is one whose judgement the message does not say."""
    asked(story).receive("section-5-inspection", ACADEMY, judgement=judgement)
    assert story.waiting() == ["dfe-after-inspection", "send-plan", AUDIT]
    story.do(DIRECTOR, "dfe-after-inspection")
    assert "with-dfe" in story.trace


def test_an_inadequate_academy_s_trust_is_met_on(story: Story) -> None:
    """LUT-AC.1 LUT-AC.2: the worse academy gets no less."""
    asked(story).receive("section-5-inspection", ACADEMY, judgement="inadequate").do(DIRECTOR, "dfe-after-inspection")
    assert story.wait_for("meeting-due").waiting() == ["meet-ceo", "send-plan", AUDIT]


def test_an_academy_that_is_no_longer_inadequate_is_in_c_first(story: Story) -> None:
    """LUT-1.5: in its first year after category D; a new plan is asked for."""
    asked(story).receive("section-5-inspection", ACADEMY, judgement="inadequate", inspection_published_on="2026-09-01")
    later = {"judgement": "requires improvement", "inspection_published_on": "2026-09-07"}
    story.receive("section-5-inspection", ACADEMY, **later).follow(PROCESS, ACADEMY)
    assert story.category_of(ACADEMY) == "C"


def test_the_same_report_asks_for_no_new_plan(story: Story) -> None:
    """LUT-1.4 LUT-AC.1: requires improvement once is not twice, whoever reports it again."""
    same = {"judgement": "requires improvement", "inspection_published_on": "2026-08-10"}
    story.start("sia", PROCESS, IN_B, judged_before="good", judged_on="2026-08-10")
    assert not story.receive("section-5-inspection", IN_B, **same).ended
    assert story.category_of(IN_B) == "C"


def test_a_new_plan_counts_from_the_report_that_asks_for_it(story: Story) -> None:
    """LUT-1.4 LUT-AC.1: the report that began the new case is no other one there."""
    again = {"judgement": "requires improvement", "inspection_published_on": "2026-09-04"}
    asked(story).receive("section-5-inspection", ACADEMY, **again).receive("section-5-inspection", ACADEMY, **again)
    assert len(story.cases(PROCESS, ACADEMY)) == 2


def test_an_inadequate_academy_is_put_to_the_dfe_once_by_a_report(story: Story) -> None:
    """LUT-AC.3."""
    report = {"judgement": "inadequate", "inspection_published_on": "2026-09-04"}
    asked(story).receive("section-5-inspection", ACADEMY, **report).receive("section-5-inspection", ACADEMY, **report)
    assert story.waiting().count("dfe-after-inspection") == 1


def test_an_academy_that_was_good_and_is_inadequate_is_put_to_the_dfe(story: Story) -> None:
    """LUT-AC.3 LUT-1.4: reported, though no case runs; the trust is asked and met as where it requires improvement."""
    story.report("sia", "academy-inadequate", IN_B).follow(PROCESS, IN_B)
    assert story.category_of(IN_B) == "D"
    assert story.waiting() == ["dfe-inadequate", "request-plan", AUDIT]
    assert "inadequate-with-dfe" in story.do(DIRECTOR, "dfe-inadequate").trace


def test_a_plan_that_nobody_asks_for_is_told_of(story: Story) -> None:
    """LUT-AC.1: twenty working days counted from Tuesday 8 September 2026 end with 5 October; and again."""
    story.start("sia", PROCESS, IN_B)
    assert str(story.due("request-late").date()) == "2026-10-05"
    story.wait_for("request-late").wait_for("request-late")
    assert [role for role, told in story.told if told.startswith("No plan was asked for")] == [DIRECTOR, "sia"] * 2
