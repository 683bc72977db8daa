"""The cases that the sample's people begin: when, at which schools, and in which of them something is left to do.

Some are history; in the others a task stays open, so that whoever is asked for something has it on whichever day the year
ends, in term or in a holiday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice

#: How many days of school a week has.
SCHOOL_WEEK = 5
TUESDAY = 1


@dataclass(frozen=True)
class Start:
    """Cases that somebody starts: when, by which role, for how many schools of the register, and which is the first.

    ``answers`` are what people answer in these cases; a task that is named in ``waits_at`` is left open, and what comes before
    it is done within a day, so that the case is there on whichever day the year ends. Its weeks until then are weeks of
    school, since much is not done in holidays. Where that task ends by itself after some days, the one before it, named in
    ``begins_late``, is left until shortly before the year's end, and done then in a holiday too.
    """

    authority: str
    week: int
    process: str
    role: str
    number: int
    first: int
    answers: Mapping[str, str] = field(default_factory=dict)
    waits_at: str = ""
    begins_late: str = ""


NOTICE: Mapping[str, str] = {
    "step_result": "next",
    "notice_decision": "notice",
    "compliance_unit": "working days",
    "notice_outcome": "not complied",
    "notice_reconsidered": "stands",
}
NOT_ENOUGH: Mapping[str, str] = {
    "losi": "intensive",
    "entry_agreed": "yes",
    "robust_plan": "yes",
    "meeting_result": "not enough",
    "ask_notice": "yes",
    "notice_wanted": "yes",
    "notice_approved": "yes",
    "notice_outcome": "not complied",
    "powers_used": "governors",
    "powers_agreed": "yes",
}
TO_STAGE_2: Mapping[str, str] = {
    "head_of_bsa_decision": "escalate",
    "without_sisg_decision": "stage 2",
    "sisg_next": "consider stage 2",
    "stage_2_seo": "escalate",
    "stage_2_hep": "escalate",
    "meeting_held": "yes",
    "outcome": "meet again",
}
TO_TIER_2: Mapping[str, str] = {
    "losi": "intensive",
    "entry_agreed": "yes",
    "robust_plan": "yes",
    "meeting_held": "yes",
    "meeting_result": "carry on",
}
APPEAL: Mapping[str, str] = {"appeal_resolved": "no", "appeal_accepted": "no"}
HR: Mapping[str, str] = {**TO_TIER_2, "specialist_teams": "hr"}
FINANCE: Mapping[str, str] = {**TO_TIER_2, "specialist_teams": "finance"}
POWERS: Mapping[str, str] = {"next_step": "powers"}
PRIMARY: Mapping[str, str] = {"about_manager": "no", "complaint_phase": "primary"}
SECONDARY: Mapping[str, str] = {"about_manager": "no", "complaint_phase": "secondary"}
#: Those who are consulted on powers are, shortly before the year's end: they have two weeks.
CONSULTED_LATE = ("answer-consultation", "propose-powers")
STARTS = (
    Start("barnsley", 2, "barnsley-escalation", "seo", 2, 1),
    Start("barnsley", 16, "barnsley-escalation", "seo", 2, 7),
    Start("barnsley", 44, "barnsley-escalation", "system-leader", 3, 17),
    Start("barnsley", 38, "barnsley-escalation", "seo", 1, 0, TO_STAGE_2, "internal-report"),
    Start("barnsley", 45, "barnsley-escalation", "seo", 1, 9, TO_STAGE_2, "hold-meeting"),
    Start("barnsley", 47, "barnsley-escalation", "system-leader", 2, 20, TO_STAGE_2, "internal-report", "call-meeting"),
    Start("barnsley", 48, "barnsley-escalation", "seo", 1, 23, TO_STAGE_2, "notice-to-improve"),
    Start("barnsley", 49, "barnsley-escalation", "seo", 1, 11, waits_at="document-evidence"),
    Start("barnsley", 50, "barnsley-escalation", "system-leader", 1, 14, waits_at="consider-evidence"),
    Start("barnsley", 20, "barnsley-concerns-maintained", "seo", 2, 7),
    Start("barnsley", 43, "barnsley-concerns-maintained", "seo", 2, 20, NOTICE, *CONSULTED_LATE),
    Start("barnsley", 47, "barnsley-concerns-maintained", "seo", 1, 1, NOTICE, "section-60"),
    Start("barnsley", 40, "barnsley-concerns-academy", "seo", 2, 5),
    Start("barnsley", 49, "barnsley-complaint", "seo", 2, 1, PRIMARY, "primary-answers"),
    Start("barnsley", 50, "barnsley-complaint", "system-leader", 1, 9, SECONDARY, "secondary-answers"),
    Start("barnsley", 50, "barnsley-complaint", "seo", 1, 15, {"about_manager": "yes"}, "head-answers"),
    Start("redcar-cleveland", 8, "redcar-warning-notice", "head-of-education", 2, 7),
    Start("redcar-cleveland", 46, "redcar-warning-notice", "head-of-education", 2, 3, NOTICE, *CONSULTED_LATE),
    Start("redcar-cleveland", 45, "redcar-warning-notice", "head-of-education", 2, 12),
    Start("redcar-cleveland", 48, "redcar-category-appeal", "sia", 2, 1, APPEAL, "director-decides"),
    Start("cheshire-east", 1, "cheshire-east-iop", "mi-manager", 3, 0),
    Start("cheshire-east", 20, "cheshire-east-iop", "mi-manager", 1, 4, NOT_ENOUGH, "appoint-governors"),
    Start("cheshire-east", 30, "cheshire-east-iop", "mi-officer", 2, 8),
    Start("cheshire-east", 36, "cheshire-east-iop", "mi-officer", 1, 2, TO_TIER_2, "feedback"),
    Start("cheshire-east", 43, "cheshire-east-iop", "mi-officer", 1, 10, TO_TIER_2, "management-group"),
    Start("cheshire-east", 44, "cheshire-east-iop", "mi-manager", 1, 3, TO_TIER_2, "consult-diocese"),
    Start("cheshire-east", 46, "cheshire-east-iop", "mi-manager", 3, 14),
    Start("cheshire-east", 47, "cheshire-east-iop", "mi-officer", 1, 20, HR, "specialist-support"),
    Start("cheshire-east", 47, "cheshire-east-iop", "mi-officer", 1, 22, FINANCE, "specialist-support"),
    Start("cheshire-east", 50, "cheshire-east-iop", "mi-officer", 1, 17, TO_TIER_2, "agree-entry"),
    Start("cheshire-east", 50, "cheshire-east-iop", "mi-manager", 1, 6, waits_at="decide-entry"),
    Start("cheshire-east", 50, "cheshire-east-exit-monitoring", "mi-manager", 1, 12, waits_at="monitor"),
    Start("luton", 4, "luton-ri-maintained", "sia", 3, 0),
    Start("luton", 18, "luton-ri-academy", "sia", 1, 5),
    Start("luton", 19, "luton-ri-academy", "sia", 1, 9),
    Start("luton", 45, "luton-inadequate", "service-director", 2, 3, POWERS, *CONSULTED_LATE),
    Start("luton", 44, "luton-ri-academy", "sia", 1, 11, {"trust_result": "assured"}, "send-plan"),
    Start("luton", 44, "luton-ri-maintained", "sia", 2, 20),
    Start("luton", 49, "luton-safeguarding-audit", "safeguarding-officer", 2, 3, waits_at="submit-audit"),
    Start("luton", 50, "luton-professionals-meeting", "sia", 1, 13, waits_at="professionals-meeting"),
)
#: The case that is blocked in the end.
BLOCKED = Start("redcar-cleveland", 52, "redcar-warning-notice", "head-of-education", 1, 0)
#: A case that ended so many years ago that it is due for deletion, unless an authority keeps such cases longer.
LONG_AGO, YEARS_AGO = Start("barnsley", 0, "barnsley-complaint", "seo", 1, 2, PRIMARY), 8
#: Of a case that began by itself.
NOBODY = Start("", 0, "", "", 0, 0)


def first_day(start: Start, begun: date, length: int, why_closed: Callable[[date], str]) -> int:
    """How many days into a year of this length people start these cases: on the Tuesday of its week; where they wait, as many
    days of school before the year's end as its weeks have, or on the first day where the year has fewer."""
    days = [begun + timedelta(days=day) for day in range(length + 1)]
    if not start.waits_at:
        return next(number for number in range(start.week * 7, length) if days[number].weekday() == TUESDAY)
    left = (length // 7 - start.week) * SCHOOL_WEEK
    back = (number for number in range(length, 0, -1) if _is_open(days[number], why_closed))
    return next(islice(back, left, None), 0)


def _is_open(day: date, why_closed: Callable[[date], str]) -> bool:
    return day.weekday() < SCHOOL_WEEK and not why_closed(day)


def kept(starts: Iterable[Start], register: Sequence[str]) -> set[tuple[str, str]]:
    """Which processes wait at which schools (URNs) of the register in the end: nothing else begins them there before."""
    waiting = [start for start in starts if start.waits_at]
    return {(each.process, urn) for each in waiting for urn in register[each.first : each.first + each.number]}
