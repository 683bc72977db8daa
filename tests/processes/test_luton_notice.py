"""Luton's notices to maintained schools, and the powers that may follow."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine.errors import FormInvalid, LiveCaseExists, NotForThisSchool, TaskNotFound
from engine.store.tables import Notification
from tests.processes.story import Story
from tests.processes.test_luton_panels import BEST, PANEL

NOTICE, INADEQUATE, DIRECTOR = "luton-warning-notice", "luton-inadequate", "service-director"
COMMUNITY, AIDED, ACADEMY, FOUNDATION, IN_D = "120001", "120002", "120006", "120005", "120022"
NURSERY, NEW = "120025", "120099"
APPOINTER = "foundation-governor-appointer"
FIFTEEN_DAYS = {"compliance_length": 15, "compliance_unit": "days", "notice_on": "2026-09-07"}


def give(story: Story, kind: str, school: str = COMMUNITY) -> Story:
    return story.start(DIRECTOR, NOTICE, school).do(DIRECTOR, "write-notice", notice_kind=kind, **FIFTEEN_DAYS)


def fail(story: Story, kind: str, school: str = COMMUNITY) -> Story:
    """A notice that the governing body did not comply with."""
    return give(story, kind, school).wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="not complied")


def test_any_maintained_school_may_be_given_a_notice(story: Story) -> None:
    """LUT-IN.4 LUT-1.5: it need be neither judged to require improvement nor inadequate; it is in category D."""
    give(story, "warning")
    assert story.category_of(COMMUNITY) == "D"


def test_a_maintained_nursery_school_may_be_given_one_too(story: Story) -> None:
    """LUT-IN.4: it is a maintained school in part 4 of the Education and Inspections Act 2006 (section 59)."""
    give(story, "warning", NURSERY)
    assert story.category_of(NURSERY) == "D"


def test_an_academy_is_given_none(story: Story) -> None:
    """LUT-IN.4: notices are for maintained schools."""
    with pytest.raises(NotForThisSchool):
        story.start(DIRECTOR, NOTICE, ACADEMY)


def test_a_second_notice_is_refused_while_one_runs(story: Story) -> None:
    """LUT-IN.4: one case a school."""
    give(story, "warning")
    with pytest.raises(LiveCaseExists):
        story.start(DIRECTOR, NOTICE, COMMUNITY)


def test_the_period_counts_from_the_day_on_which_the_notice_was_given(story: Story) -> None:
    """LUT-IN.4: whenever it is recorded."""
    story.start(DIRECTOR, NOTICE, COMMUNITY)
    story.do(DIRECTOR, "write-notice", notice_kind="warning", **{**FIFTEEN_DAYS, "notice_on": "2026-09-01"})
    # Fifteen days counted from 2 September 2026 end with the 16th; the notice is looked at the morning after.
    assert str(story.due("period-ends").date()) == "2026-09-17"


def test_those_concerned_are_told_what_the_notice_asks(story: Story) -> None:
    """LUT-IN.4 LUT-RI.A2: the governing body, the headteacher, the diocese, the adviser, the panels' chair."""
    give(story, "pre-warning", AIDED)
    told = [role for role, subject in story.told if subject.startswith("Pre-warning notice: ")]
    assert told == ["chair-of-governors", "headteacher", "sia", "panel-chair", "diocesan-representative", APPOINTER]
    with story.engine.reading() as session:
        texts = list(session.scalars(select(Notification.text).where(Notification.instance_id == story.case)))
    assert texts[0].startswith("On 7 September 2026 the authority gave the governing body of St Invented")


def test_a_notice_that_is_complied_with_takes_the_school_out_of_category_d(story: Story) -> None:
    """LUT-IN.4 LUT-1.5: in C for the first year after category D."""
    give(story, "warning").wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="complied").do(
        DIRECTOR, "confirm-complied"
    )
    assert story.ended
    assert story.trace[-1] == "notice-ends"
    assert story.category_of(COMMUNITY) == "C"


def test_a_school_that_was_in_category_d_before_stays_there(story: Story) -> None:
    """LUT-1.5: the notice takes off only what it put on."""
    give(story, "warning", IN_D).wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="complied").do(
        DIRECTOR, "confirm-complied"
    )
    assert story.category_of(IN_D) == "D"


def test_a_school_judged_inadequate_meanwhile_stays_in_category_d(story: Story) -> None:
    """LUT-1.5: the intervention is live."""
    notice = give(story, "warning").case
    story.start("sia", INADEQUATE, COMMUNITY)
    story.case = notice
    story.wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="complied").do(
        DIRECTOR, "confirm-complied"
    )
    assert story.category_of(COMMUNITY) == "D"


def test_no_notice_is_told_to_those_who_asked(story: Story) -> None:
    """LUT-RI.A2: it is considered, and may be considered again."""
    story.start(DIRECTOR, NOTICE, COMMUNITY).do(DIRECTOR, "write-notice", notice_kind="none")
    assert story.ended
    assert [role for role, subject in story.told if subject.startswith("No notice is given")] == ["sia", "panel-chair"]
    assert story.start(DIRECTOR, NOTICE, COMMUNITY).waiting() == ["write-notice"]


def test_a_failed_pre_warning_notice_comes_back_for_a_statutory_one(story: Story) -> None:
    """LUT-RI.A2 LUT-IN.4."""
    assert fail(story, "pre-warning").waiting() == ["write-notice"]


def test_a_failed_statutory_notice_leads_to_powers(story: Story) -> None:
    """LUT-IN.4 LUT-IN.5: whoever asked for the notice."""
    assert fail(story, "warning").waiting() == ["propose-powers"]


def test_a_notice_is_withdrawn(story: Story) -> None:
    """LUT-IN.4: the school is in its category of before, and the same are told."""
    give(story, "warning").receive("notice-withdrawn", COMMUNITY, withdrawn_on="2026-09-10", withdrawn_reason="Merged.")
    assert story.ended
    assert story.category_of(COMMUNITY) == "A"
    assert ("chair-of-governors", f"The notice is withdrawn: {story.variables['school']['name']}") in story.told
    assert "no-longer" in story.trace


def test_a_notice_ends_when_the_school_becomes_an_academy(story: Story) -> None:
    """LUT-IN.4: the department is told what the notice asked, and nothing else of it stays open."""
    assert give(story, "warning").converts(COMMUNITY).waiting() == ["tell-dfe"]
    story.do(DIRECTOR, "tell-dfe")
    assert story.ended
    assert story.trace[-1] == "converts"


def test_a_notice_to_a_school_that_another_follows_ends_under_the_new_urn(story: Story) -> None:
    """LUT-IN.4: the old URN is closed; what is left to do, telling the department, is found at the academy."""
    give(story, "warning").is_followed(COMMUNITY)
    assert story.cases(NOTICE, "199999") == [story.case]
    assert story.waiting() == ["tell-dfe"]
    assert story.do(DIRECTOR, "tell-dfe").ended


def test_a_notice_is_extended(story: Story) -> None:
    """LUT-IN.4: the longer period is counted from the same day."""
    longer = {"compliance_length": 20, "extension_reason": "A new head."}
    give(story, "warning").report(DIRECTOR, "notice-extended", COMMUNITY, **longer)
    # Twenty days counted from 8 September 2026 end with the 27th.
    assert str(story.due("period-ends").date()) == "2026-09-28"
    assert "tell-extended" in story.trace


def test_an_extension_is_longer_than_the_period_before(story: Story) -> None:
    """LUT-IN.4: the governing body is told of a longer period, and has one."""
    give(story, "warning")
    assert "compliance_length" in story.report_refused(DIRECTOR, "notice-extended", COMMUNITY, compliance_length=15)


def test_a_statutory_notice_says_what_the_authority_is_minded_to_do(story: Story) -> None:
    """LUT-IN.4: section 60(4)(d) of the Education and Inspections Act 2006."""
    story.start(DIRECTOR, NOTICE, COMMUNITY)
    minded = {"notice_kind": "warning", "notice_minded": "To appoint additional governors.", **FIFTEEN_DAYS}
    story.do(DIRECTOR, "write-notice", **minded)
    with story.engine.reading() as session:
        texts = list(session.scalars(select(Notification.text).where(Notification.instance_id == story.case)))
    assert texts[0].endswith("the authority is minded to do this: To appoint additional governors.")


def test_a_notice_is_not_dated_long_before_its_case(story: Story) -> None:
    """LUT-IN.4: a fortnight at most, so that no period is over before anybody hears of it."""
    story.start(DIRECTOR, NOTICE, COMMUNITY)
    dated = {**FIFTEEN_DAYS, "notice_on": "2026-08-20"}
    assert "notice_on" in story.refused(DIRECTOR, "write-notice", notice_kind="warning", **dated)


def test_section_63_is_not_open_after_a_notice_on_pay_and_conditions_alone(story: Story) -> None:
    """LUT-IN.5: section 63(1) of the Education and Inspections Act 2006 excludes section 60A."""
    story.start(DIRECTOR, NOTICE, COMMUNITY)
    story.do(DIRECTOR, "write-notice", notice_kind="warning", notice_grounds=["pay and conditions"], **FIFTEEN_DAYS)
    story.wait_for("period-ends").do(DIRECTOR, "check-notice", notice_outcome="not complied")
    assert "powers_proposed" in story.refused(DIRECTOR, "propose-powers", powers_proposed=["section 63"])
    story.do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    assert "answer-consultation" in story.waiting()


def test_a_notice_to_a_school_without_a_category_is_withdrawn(story: Story) -> None:
    """LUT-IN.4 LUT-1.5: a new school has none, and has none again."""
    line = f"urn,name,phase,type,maintained\n{NEW},New Street Primary School,primary,community,true\n"
    story.engine.schools.import_file(line.encode(), story.authority)
    give(story, "warning", NEW).report(DIRECTOR, "notice-withdrawn", NEW, withdrawn_reason="Given by mistake.")
    assert story.ended
    assert story.category_of(NEW) == ""


def test_a_notice_that_is_asked_for_again_is_told_to_the_service_director(story: Story) -> None:
    """LUT-RI.A2: while one is considered or runs."""
    give(story, "warning").receive("notice-considered", COMMUNITY, notice_reason="No progress.")
    assert (DIRECTOR, f"A notice is asked for again: {story.variables['school']['name']}") in story.told
    assert "asked-again-told" in story.trace


@pytest.mark.parametrize(
    ("school", "bodies"),
    [
        (COMMUNITY, ["chair-of-governors"]),
        (AIDED, ["chair-of-governors", "diocesan-representative"]),
        (FOUNDATION, ["chair-of-governors", "foundation-governor-appointer"]),
    ],
)
def test_powers_are_proposed_consulted_on_and_decided(story: Story, school: str, bodies: list[str]) -> None:
    """LUT-IN.5: side by side, and those consulted are told the decision."""
    fail(story, "warning", school).do(DIRECTOR, "propose-powers", powers_proposed=["section 64", "section 66"])
    for body in bodies:
        story.do(body, "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=["section 64"])
    told = [role for role, subject in story.told if subject.startswith("Powers of intervention: ")]
    assert told == ["headteacher", "sia", *bodies]


def test_only_a_power_that_was_proposed_is_used(story: Story) -> None:
    """LUT-IN.5."""
    fail(story, "warning").do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    story.do("chair-of-governors", "answer-consultation")
    with pytest.raises(FormInvalid):
        story.do(DIRECTOR, "use-powers", powers_used=["section 66"])


def test_nobody_answers_for_another_unless_it_is_said_for_whom(story: Story) -> None:
    """LUT-IN.5: an officer records an answer as that of the body."""
    fail(story, "warning").do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    with pytest.raises(TaskNotFound):
        story.do("headteacher", "answer-consultation")


def test_silence_in_the_consultation_stops_no_decision(story: Story) -> None:
    """LUT-IN.5: after the date the authority decides without the answer."""
    fail(story, "warning").do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    # Fifteen days from 7 September 2026 were over on the 23rd; ten working days on from there end with 7 October.
    assert str(story.due("consultation-over").date()) == "2026-10-08"
    assert story.wait_for("consultation-over").waiting() == ["use-powers"]


def test_the_answers_that_there_are_stand_before_the_decision(story: Story) -> None:
    """LUT-IN.5: the governing body has answered, and the diocese has not."""
    fail(story, "warning", AIDED).do(DIRECTOR, "propose-powers", powers_proposed=["section 64"])
    view = {"consultation_view": "disagree", "consultation_text": "Too soon."}
    story.do("chair-of-governors", "answer-consultation", **view).wait_for("consultation-over")
    story.do(DIRECTOR, "use-powers", powers_used=[])
    assert story.variables["consultation_answers"] == [
        {"who": "Governing body", "view": "disagree", "text": "Too soon."},
        {"who": "Diocese", "view": "no answer", "text": ""},
    ]


def use(story: Story, *powers: str) -> Story:
    """LUT-IN.5: powers that follow a statutory notice, decided on."""
    fail(story, "warning").do(DIRECTOR, "propose-powers", powers_proposed=["section 64", "section 65"])
    story.do("chair-of-governors", "answer-consultation")
    return story.do(DIRECTOR, "use-powers", powers_used=list(powers), powers_interval="1 month")


def test_powers_that_are_used_are_reviewed(story: Story) -> None:
    """LUT-IN.5: and reviewed again, while they are kept."""
    # Used on 23 September 2026: a month on is Friday 23 October, and a month after that Monday 23 November.
    use(story, "section 64").wait_for("review-due").do(
        DIRECTOR, "review-powers", powers_review="kept", powers_interval="1 month"
    )
    assert str(story.due("review-due").date()) == "2026-11-23"


def test_powers_are_given_back_and_the_notice_ends(story: Story) -> None:
    """LUT-IN.5 LUT-1.5: the school is in C for the first year after category D, and those concerned are told."""
    use(story, "section 64").wait_for("review-due").do(DIRECTOR, "review-powers", powers_review="given back")
    assert story.ended
    assert story.category_of(COMMUNITY) == "C"
    assert ("chair-of-governors", f"The notice has ended: {story.variables['school']['name']}") in story.told
    assert "given-back" in story.trace


def test_a_school_over_which_powers_are_used_stays_in_category_d(story: Story) -> None:
    """LUT-1.5: a notice has been issued, whatever the next panel finds."""
    use(story, "section 64").start("sia", PANEL, COMMUNITY).do("sia", "criteria", **BEST)
    assert story.variables["worked_out_category"] == "D"


def test_other_powers_are_proposed_where_one_is_refused(story: Story) -> None:
    """LUT-IN.5: consent to a board was refused; others need no second notice."""
    fail(story, "warning").do(DIRECTOR, "propose-powers", powers_proposed=["section 65"])
    story.do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=[], powers_next="others")
    assert story.waiting() == ["propose-powers"]


def test_where_no_power_is_used_the_notice_is_considered_again(story: Story) -> None:
    """LUT-IN.4 LUT-IN.5: the school is not left in category D without a case."""
    assert use(story).waiting() == ["write-notice"]


def test_others_are_proposed_beside_those_in_force(story: Story) -> None:
    """LUT-IN.5: what was used before stays in force."""
    use(story, "section 64").wait_for("review-due").do(DIRECTOR, "review-powers", powers_review="others")
    story.do(DIRECTOR, "propose-powers", powers_proposed=["section 66"]).do("chair-of-governors", "answer-consultation")
    story.do(DIRECTOR, "use-powers", powers_used=["section 66"], powers_interval="1 month").wait_for("review-due")
    story.do(DIRECTOR, "review-powers", powers_review="given back")
    assert story.variables["powers_in_force"] == ["section 64", "section 66"]


def test_a_failed_notice_that_no_other_follows_has_ended(story: Story) -> None:
    """LUT-RI.A2 LUT-1.5: the school is told, and is in C for the first year after category D."""
    fail(story, "pre-warning").do(DIRECTOR, "write-notice", notice_kind="none")
    assert story.ended
    assert story.category_of(COMMUNITY) == "C"
    assert ("headteacher", f"The notice has ended: {story.variables['school']['name']}") in story.told


def test_whoever_appoints_the_foundation_governors_is_told_of_a_notice(story: Story) -> None:
    """LUT-IN.4: of a foundation school without a diocese."""
    give(story, "warning", FOUNDATION)
    assert ("foundation-governor-appointer", f"Warning notice: {story.variables['school']['name']}") in story.told


TOLD_OF_NOTICE = ["chair-of-governors", "headteacher", "sia", "panel-chair"]


def told(story: Story, subject: str) -> list[str]:
    """Who was told something of this subject."""
    return [role for role, said in story.told if said.startswith(subject)]


def withdraw(story: Story) -> Story:
    return story.report(DIRECTOR, "notice-withdrawn", COMMUNITY, withdrawn_reason="Given by mistake.")


def test_powers_end_with_the_notice_that_they_follow(story: Story) -> None:
    """LUT-IN.5: withdrawn while additional governors sit, the case stays open until the power is given back, and is told."""
    withdraw(use(story, "section 64"))
    assert told(story, "The notice is withdrawn") == TOLD_OF_NOTICE
    assert story.waiting() == ["give-back"]
    story.do(DIRECTOR, "give-back")
    assert told(story, "Powers of intervention end") == TOLD_OF_NOTICE
    assert story.ended


def test_a_notice_that_is_withdrawn_in_its_period_leads_to_no_powers(story: Story) -> None:
    """LUT-IN.4: nothing is to be given back."""
    assert withdraw(give(story, "warning")).ended


def test_what_is_withdrawn_before_it_was_given_is_not_told_to_the_governing_body(story: Story) -> None:
    """LUT-IN.4: it has heard of no notice."""
    withdraw(story.start(DIRECTOR, NOTICE, COMMUNITY))
    assert told(story, "No notice is given") == ["sia", "panel-chair"]
    assert told(story, "The notice is withdrawn") == []


@pytest.mark.parametrize("after", ["before it is given", "powers", "a failed pre-warning notice"])
def test_nothing_is_extended_when_no_period_runs(story: Story, after: str) -> None:
    """LUT-IN.4: the governing body hears nothing."""
    if after == "before it is given":
        story.start(DIRECTOR, NOTICE, COMMUNITY)
    else:
        fail(story, "warning" if after == "powers" else "pre-warning")
    story.report(DIRECTOR, "notice-extended", COMMUNITY, compliance_length=60, extension_reason="A new head.")
    assert told(story, "The notice has a longer period") == []


def test_the_period_of_the_notice_that_follows_a_failed_one_is_extended(story: Story) -> None:
    """LUT-IN.4: a statutory notice after a pre-warning notice."""
    fail(story, "pre-warning").do(
        DIRECTOR, "write-notice", **{**FIFTEEN_DAYS, "notice_kind": "warning", "notice_on": "2026-09-23"}
    )
    story.report(DIRECTOR, "notice-extended", COMMUNITY, compliance_length=60, extension_reason="A new head.")
    assert "chair-of-governors" in told(story, "The notice has a longer period")


def test_all_who_had_the_notice_hear_that_a_conversion_ends_it(story: Story) -> None:
    """LUT-IN.5: and whoever appoints the foundation governors, though the register calls the school an academy now."""
    give(story, "warning", FOUNDATION).converts(FOUNDATION)
    assert told(story, "The notice ends, now an academy") == [*TOLD_OF_NOTICE, APPOINTER]


def text(story: Story, subject: str) -> str:
    """The first message of this subject."""
    with story.engine.reading() as session:
        chosen = select(Notification.text).where(Notification.subject.startswith(subject))
        return str(session.scalar(chosen.where(Notification.instance_id == story.case).order_by(Notification.id)))


def test_the_secretary_of_state_gets_a_copy_of_a_statutory_notice(story: Story) -> None:
    """LUT-IN.4: section 60(6A) of the Education and Inspections Act 2006."""
    story.start(DIRECTOR, NOTICE, COMMUNITY)
    copied = {"notice_kind": "warning", "notice_copies": [], **FIFTEEN_DAYS}
    assert "notice_copies" in story.refused(DIRECTOR, "write-notice", **copied)
    story.do(DIRECTOR, "write-notice", notice_kind="warning", **FIFTEEN_DAYS)
    assert "The Secretary of State gets a copy at the same time." in text(story, "Warning notice")


def test_a_notice_names_its_last_day(story: Story) -> None:
    """LUT-IN.4: fifteen days from 7 September 2026."""
    assert "until 22 September 2026." in text(give(story, "warning"), "Warning notice")


def test_a_pupil_referral_unit_is_given_no_statutory_notice(story: Story) -> None:
    """LUT-IN.4: section 59 of the Education and Inspections Act 2006 does not name it; `pru_notices` says otherwise."""
    story.start(DIRECTOR, NOTICE, "120018")
    assert "notice_kind" in story.refused(DIRECTOR, "write-notice", notice_kind="warning", **FIFTEEN_DAYS)
