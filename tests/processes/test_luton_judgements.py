"""Luton: each report of Ofsted counts once, by its date, whoever reports it and where."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine.store.tables import SchoolCategory
from tests.processes.story import Story
from tests.processes.test_luton_bad_days import heard, until

SUPPORT, INTERVENTION, DIRECTOR = "luton-ri-maintained", "luton-inadequate", "service-director"
COMMUNITY, IN_D = "120001", "120022"
FIRST = "2026-08-10"
AGAIN = "Judged to require improvement in two inspections running"


def support(story: Story, school: str = COMMUNITY, before: str = "good") -> Story:
    """The support after a report of 10 August 2026."""
    return story.start("sia", SUPPORT, school, judged_before=before, judged_on=FIRST)


def report(story: Story, judgement: str, published: str, **answers: Any) -> Story:
    """An adviser reports what Ofsted published."""
    answers |= {"judgement": judgement, "inspection_published_on": published}
    return story.report("sia", "section-5-inspection", COMMUNITY, **answers)


def reasons(story: Story) -> list[str]:
    """Why the register has put a school in its categories, oldest first."""
    with story.engine.reading() as session:
        return list(session.scalars(select(SchoolCategory.reason).order_by(SchoolCategory.id)))


@pytest.mark.parametrize(("then", "published"), [("good", "2026-11-20"), ("inadequate", "2026-11-20")])
def test_requires_improvement_again_counts_once(story: Story, then: str, published: str) -> None:
    """LUT-1.4 LUT-RI.10: what Ofsted judges later is not the same once more."""
    report(until(support(story), "2026-10-05"), "requires improvement", "2026-10-05").do("sia", "renew-plan")
    report(until(story, published), then, published)
    assert reasons(story).count(AGAIN) == 1
    assert "renew-plan" not in story.waiting()


def test_the_first_year_after_intervention_ends_without_a_second_judgement(story: Story) -> None:
    """LUT-1.5 LUT-RI.10: inadequate, then requires improvement, then good: never twice running."""
    story.start("sia", INTERVENTION, COMMUNITY, judged_on=FIRST).follow(SUPPORT, COMMUNITY)
    report(until(story, "2026-11-02"), "requires improvement", "2026-11-02")
    report(until(story, "2027-01-04"), "good", "2027-01-04")
    assert AGAIN not in reasons(story)


def test_the_report_that_began_the_support_is_no_second_one(story: Story) -> None:
    """LUT-1.4: reported once more without the form, by its date."""
    same = {"judgement": "requires improvement", "inspection_published_on": FIRST}
    support(story).receive("section-5-inspection", COMMUNITY, **same)
    assert story.category_of(COMMUNITY) == "C"
    assert "renew-plan" not in story.waiting()


def test_the_same_report_at_a_meeting_is_no_second_one(story: Story) -> None:
    """LUT-1.4 LUT-RI.6."""
    support(story).do("sia", "set-up-group", group_interval="1 month").wait_for("group-due")
    found = {"ofsted_judgement": "requires improvement", "inspection_published_on": FIRST}
    story.do("sia", "group-meets", **found)
    assert story.category_of(COMMUNITY) == "C"


@pytest.mark.parametrize(("published", "asked"), [("2026-08-11", True), ("2026-11-20", False)])
def test_whoever_reports_the_same_judgement_soon_says_that_it_is_another(
    story: Story, published: str, asked: bool
) -> None:
    """LUT-1.4: a day's difference in the date makes no second inspection."""
    answers = {"judgement": "requires improvement", "inspection_published_on": published, "another_report": False}
    until(support(story), "2026-11-20")
    if asked:
        assert "another_report" in story.report_refused("sia", "section-5-inspection", COMMUNITY, **answers)
    else:
        assert "renew-plan" in story.report("sia", "section-5-inspection", COMMUNITY, **answers).waiting()


def test_a_judgement_that_was_taken_down_wrongly_is_corrected(story: Story) -> None:
    """LUT-RI.10 LUT-IN.1: the same report, read again, says inadequate."""
    report(support(story), "inadequate", FIRST)
    assert story.follow(INTERVENTION, COMMUNITY).waiting() == ["convene-group", "statement-of-action"]


def test_an_intervention_counts_from_the_report_though_it_is_reported_late(story: Story) -> None:
    """LUT-IN.2: ten working days after Friday 18 September 2026 end with 2 October; and the kind is asked."""
    until(support(story), "2026-09-21")
    report(story, "inadequate", "2026-09-18", inadequate_kind="serious weaknesses").follow(INTERVENTION, COMMUNITY)
    assert str(story.due("statement-late").date()) == "2026-10-03"
    assert story.variables["inadequate_kind"] == "serious weaknesses"


def test_the_kind_of_an_inadequate_school_is_kept_when_its_support_runs(story: Story) -> None:
    """LUT-IN.1: the support hears of the judgement, and says nothing against it."""
    answers = {"judged_on": "2026-09-04", "inadequate_kind": "special measures"}
    support(story).report("sia", "judged-inadequate", COMMUNITY, **answers)
    assert story.follow(INTERVENTION, COMMUNITY).variables["inadequate_kind"] == "special measures"


def test_the_statement_is_due_when_it_is_told_to_be_late(story: Story) -> None:
    """LUT-IN.2: ten working days after Monday 10 August 2026, without the bank holiday of the 31st, end on the 24th."""
    story.start("sia", INTERVENTION, COMMUNITY, judged_on=FIRST)
    task = next(each for each in story.engine.tasks.open(story.case) if each.element == "statement-of-action")
    assert task.due is not None
    assert str(task.due.date()) == "2026-08-24"


def test_the_support_of_an_inadequate_school_stands_on_its_report(story: Story) -> None:
    """LUT-RI.8 LUT-IN.1: ten months after 10 August 2026 end with 10 June 2027."""
    story.start("sia", INTERVENTION, COMMUNITY, judged_on=FIRST).follow(SUPPORT, COMMUNITY)
    assert str(story.due("review-falls-due").date()) == "2027-06-11"


@pytest.mark.parametrize("door", ["intervention", "support"])
def test_a_new_report_of_an_inadequate_school_asks_for_a_statement_of_its_own(story: Story, door: str) -> None:
    """LUT-IN.2: told to the Service Director, the adviser and the panels' chair."""
    story.start("sia", INTERVENTION, COMMUNITY, judged_on=FIRST).do("sia", "statement-of-action")
    until(story, "2027-03-01")
    if door == "support":
        report(story, "inadequate", "2027-02-24")
    else:
        story.report("sia", "judged-inadequate", COMMUNITY, judged_on="2027-02-24")
    assert heard(story, "Judged inadequate again") == [DIRECTOR, "sia", "panel-chair"]
    assert "statement-again" in story.waiting()


def test_a_statement_on_a_new_report_that_is_late_is_told_of(story: Story) -> None:
    """LUT-IN.2: ten working days after Wednesday 24 February 2027 end with 10 March."""
    story.start("sia", INTERVENTION, COMMUNITY, judged_on=FIRST).do("sia", "statement-of-action")
    until(story, "2027-03-01").report("sia", "judged-inadequate", COMMUNITY, judged_on="2027-02-24")
    assert str(story.due("statement-again-late").date()) == "2027-03-11"
    before = len(heard(story, "No statement of action yet"))
    story.wait_for("statement-again-late")
    assert heard(story, "No statement of action yet")[before:] == [DIRECTOR, "sia"]
    assert "statement-again-sent" in story.do("sia", "statement-again").trace


@pytest.mark.parametrize("door", ["intervention", "support"])
def test_the_same_report_of_an_inadequate_school_asks_for_nothing_more(story: Story, door: str) -> None:
    """LUT-IN.2."""
    story.start("sia", INTERVENTION, COMMUNITY, judged_on=FIRST)
    if door == "support":
        report(story, "inadequate", FIRST, another_report=True)
    else:
        story.report("sia", "judged-inadequate", COMMUNITY, judged_on=FIRST)
    assert heard(story, "Judged inadequate again") == []


def test_a_school_that_was_inadequate_and_requires_improvement_leaves_category_d(story: Story) -> None:
    """LUT-1.5: in C for the first year after D, where no intervention ran here."""
    assert support(story, IN_D, before="inadequate").category_of(IN_D) == "C"


def test_an_audit_that_ends_later_brings_back_no_plan_that_was_missing(story: Story) -> None:
    """LUT-RI.7 LUT-RI.9: what the audit hands back is its result alone."""
    milestone = {"milestone": "All trained", "milestone_by": "2026-12-18", "milestone_who": "Headteacher"}
    support(story).do("sia", "agree-plan", milestones=[milestone])
    story.do("headteacher", "submit-audit").do("safeguarding-officer", "triangulate", audit_result="accepted")
    assert heard(story.later(120), "No improvement plan yet") == []
