"""Luton's powers of intervention over one school, proposed more than once: what is in force stays known, and is told rightly."""

from __future__ import annotations

import pytest

from tests.processes.barnsley import told as text
from tests.processes.story import Story
from tests.processes.test_luton_bad_days import acts, failed
from tests.processes.test_luton_intervention import COMMUNITY, DIRECTOR, intervene


def asked(story: Story, power: str) -> Story:
    """The group asks for powers, one is proposed, and the governing body answers."""
    story.do(DIRECTOR, "group-meets", next_step="powers", group_interval="1 month")
    return consulted(story, power)


def consulted(story: Story, power: str) -> Story:
    return story.do(DIRECTOR, "propose-powers", powers_proposed=[power]).do("chair-of-governors", "answer-consultation")


def twice(story: Story) -> Story:
    """Added governors are in force, and at its next meeting the group asks for the budget."""
    asked(intervene(story), "section 64").do(DIRECTOR, "use-powers", powers_used=["section 64"])
    return asked(story.wait_for("group-due"), "section 66")


def better(story: Story) -> Story:
    """Ofsted judges the school good."""
    today = story.clock.now().date().isoformat()
    answers = {"intervention_result": "good", "recovered_published_on": today, "recovered_summary": "Good."}
    return story.report("sia", "no-longer-inadequate", COMMUNITY, **answers)


def test_a_power_in_force_is_not_forgotten_when_none_of_others_is_used(story: Story) -> None:
    """LUT-IN.5: the governors that the group asked for first stay known when it asks again in vain."""
    twice(story).do(DIRECTOR, "use-powers", powers_used=[], powers_next="none")
    assert better(story).waiting() == ["end-powers"]


def test_a_power_in_force_is_not_forgotten_when_the_secretary_of_state_ends_a_proposal(story: Story) -> None:
    """LUT-IN.5: his board comes before the second proposal, not before what is in force."""
    twice(story)
    acts(story, "board")
    assert better(story).waiting() == ["end-powers"]


def test_conversion_ends_a_power_that_was_in_force_before_others_were_proposed(story: Story) -> None:
    """LUT-IN.5 LUT-AC.3: the chair is told that it ends."""
    twice(story).do(DIRECTOR, "use-powers", powers_used=[], powers_next="none").converts(COMMUNITY)
    assert "proposed or in use end with it" in text(story, "chair-of-governors", "Intervention ends, now an academy")


def test_a_power_of_two_that_is_given_back_leaves_the_other_in_force(story: Story) -> None:
    """LUT-IN.5: each time that the group asked has its own review."""
    twice(story).do(DIRECTOR, "use-powers", powers_used=["section 66"], powers_interval="1 term")
    story.wait_for("review-due").do(DIRECTOR, "review-powers", powers_review="given back")
    assert better(story).waiting() == ["end-powers"]


def test_once_all_are_given_back_nobody_is_asked(story: Story) -> None:
    """LUT-IN.5: others that were proposed at the review and used count once."""
    asked(intervene(story), "section 64")
    story.do(DIRECTOR, "use-powers", powers_used=["section 64"], powers_interval="1 month").wait_for("review-due")
    consulted(story.do(DIRECTOR, "review-powers", powers_review="others"), "section 66")
    story.do(DIRECTOR, "use-powers", powers_used=["section 66"], powers_interval="1 month").wait_for("review-due")
    assert better(story.do(DIRECTOR, "review-powers", powers_review="given back")).ended


def test_powers_that_end_do_not_bring_back_an_earlier_meeting(story: Story) -> None:
    """LUT-IN.3 LUT-IN.5: the group meets on by its own last day while powers are decided."""
    asked(intervene(story), "section 64").wait_for("group-due")
    met = story.clock.now().date().isoformat()
    story.do(DIRECTOR, "group-meets", next_step="carry on", intervention_met_on=met)
    story.do(DIRECTOR, "use-powers", powers_used=[], powers_next="none")
    assert story.variables["intervention_met_on"] == met


def others(story: Story) -> Story:
    """Governors were added after a notice; at their review the budget is proposed."""
    consulted(failed(story), "section 64")
    story.do(DIRECTOR, "use-powers", powers_used=["section 64"], powers_interval="1 month").wait_for("review-due")
    return consulted(story.do(DIRECTOR, "review-powers", powers_review="others"), "section 66")


@pytest.mark.parametrize("used", [[], ["section 66"]], ids=["none of the others", "another"])
def test_those_consulted_are_told_what_is_in_force(story: Story, used: list[str]) -> None:
    """LUT-IN.5: none of the others is used, or one: the added governors stay either way."""
    others(story)
    before = len(story.told)
    story.do(DIRECTOR, "use-powers", powers_used=used)
    assert [role for role, _ in story.told[before:]] == ["headteacher", "sia", "chair-of-governors"]
    with_them = ", ".join(["section 64", *used])
    assert f": {with_them}. " in text(story, "chair-of-governors", "Powers of intervention: ")


def test_no_power_is_said_to_be_used_where_none_is(story: Story) -> None:
    """LUT-IN.5."""
    consulted(failed(story), "section 64").do(DIRECTOR, "use-powers", powers_used=[], powers_next="none")
    assert "uses none of its powers" in text(story, "chair-of-governors", "Powers of intervention: ")
