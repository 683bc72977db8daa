"""What the sample's invented people answer: a time for a time, a place for a place, sentences that fit their question.

What a question asks for is told by its kind and by how its label begins; options, ticks and text that nothing here fits are
left to :mod:`engine.forms.plausible` and to :data:`SUBJECTS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from engine.forms import Component
from engine.forms.model import CHOICES

WhyClosed = Callable[[date], str]
#: Days in which an open one is found.
LONGEST_HOLIDAY = 60


def _never(day: date) -> str:
    return ""


#: People whom nobody has met, as answers name them.
PEOPLE = (
    "Ash Inventley",
    "Bea Examplesworth",
    "Cal Fictionley",
    "Dee Madeupton",
    "Jay Pretendale",
    "Kim Notreal",
    "Noor Sampleton",
    "Rowan Whatifer",
)
#: How the label of a question for one line of text begins, and what fits there. The first that fits is taken.
LINES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("At what time", ("9.30am", "1.30pm", "4pm", "4.15pm")),
    ("Where is the report", ("In the school’s folder, under Reviews",)),
    ("Where", ("the school’s library", "the school’s meeting room", "the town hall, committee room 2")),
    ("For how long", ("one year", "two terms", "until the end of the school year")),
    ("How much time", ("half a day a week", "one day a fortnight")),
    ("At which (of its )?meeting", ("the spring term meeting", "the meeting of the autumn term")),
    ("Role in the school", ("headteacher", "deputy headteacher", "chair of governors", "School Improvement Partner")),
    ("Which area|On what|What is looked at", ("reading", "attendance", "subject leadership", "early mathematics")),
    ("Which other agency", ("the early help service", "the educational psychology service")),
    ("Which school, leader or trust", ("Example Learning Trust", "Pretend Partnership Trust")),
    ("What will have been reached", ("Reading at the expected standard is up by six points.",)),
    ("What does this governor bring", ("experience of school finance", "ten years as a headteacher")),
    ("What does the School Improvement Partner", ("Agrees with the school’s own view.",)),
    ("If school is closed", ("",)),
)
#: The same for paragraphs.
PARAGRAPHS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Why|What would bring|What would settle|How do you know",
        (
            "Progress in reading is slower than the plan asks for, and leaders know why.",
            "The evidence of the last two visits points the same way.",
            "Leaders can show what has changed since the last meeting.",
            "Results have moved, and the reasons are understood.",
        ),
    ),
    (
        "What (did|do) you wr|What does it say|What did you confirm|What does the letter|What was communicated",
        (
            "A letter sets out the concerns, what is expected and by when.",
            "We thanked the school, and set out what happens next.",
        ),
    ),
    (
        "What (was|were) said|What was (the|agreed)|What is said|What did (they|the DfE)|Which concerns were",
        (
            "Leaders accept the findings and have begun to act on them.",
            "It was agreed to look again at attendance before the next meeting.",
            "Governors asked for a written account of the next steps.",
        ),
    ),
    (
        "Which (actions|support|schools|visits|updates|resources|training)|What (must|should|has to|will|support|is done)|"
        "What (changes|is to be done)|6. Agreed|5. Further",
        (
            "Coaching for middle leaders each fortnight, and a moderation of writing before half-term.",
            "A phonics lead from a partner school visits weekly until the end of term.",
            "A review of attendance by the deputy headteacher, reported to governors monthly.",
        ),
    ),
    (
        "What are the (authority’s key )?concerns|What are the reasons|What is the (serious |particular )?concern|"
        "What is the complaint",
        (
            "Outcomes at the end of key stage 2 have fallen two years running.",
            "Plans are in place, and too few of their milestones are kept.",
            "Staff turnover has left several subjects without a leader.",
        ),
    ),
    (
        "What (does|is) the (authority expect|timescale)|By when",
        ("A plan within two weeks, and evidence of progress at each monthly visit.",),
    ),
    (
        "Who ",
        (
            "The headteacher, the chair of governors and the link adviser.",
            "The headteacher and two governors.",
            "The leadership team, and the chair of governors for the second half.",
            "The headteacher, the deputy headteacher and the clerk.",
        ),
    ),
)
#: What is looked at in a school, how it is, and what follows: what is said where nothing above fits, and after what does.
SUBJECTS = (
    "Reading in key stage 2",
    "Writing in the lower years",
    "Early mathematics",
    "Phonics in year 1",
    "The curriculum in history and geography",
    "Attendance of disadvantaged pupils",
    "Behaviour between lessons",
    "The support of pupils with special educational needs",
    "Leadership of subjects",
    "The challenge that governors give",
    "Assessment in mathematics",
    "The start in the early years",
    "Teaching by those new to the profession",
    "Safeguarding practice",
)
SEEN = (
    "is better than a term ago",
    "has not moved since the last visit",
    "is where the plan wants it",
    "lies some weeks behind its milestone",
    "is uneven between year groups",
    "improves where leaders look at it each week",
    "is secure in most classes",
    "still hangs on one member of staff",
    "has begun to improve",
    "is what parents ask about most",
)
THEN = (
    "books and data agree on this",
    "the headteacher sees it so too",
    "the next visit will look at it again",
    "governors have asked for a report on it",
    "the deputy headteacher leads on it now",
    "pupils say the same",
    "moderation with a partner school is booked",
    "it stays in the plan for another term",
    "training for it is arranged",
    "the link adviser has seen it in lessons",
)
PERSON = re.compile(
    r"(With whom|Who|Whom|Name|What are their names|Headteacher|.*governor|School Evaluation Officer|System leader|Diocesan)\b"
)
#: How the label of a date begins, and how many days from today it lies; other dates are today's.
AHEAD: tuple[tuple[str, int], ...] = (
    ("Until when", 180),
    ("By when is the", 300),
    ("By when", 70),
    ("From when|From which|When does it start", 7),
    ("When does it meet first", 14),
    ("When is the suspension", 90),
    ("When does the SISG meet next", 28),
    ("When is the accountability meeting", 21),
    (r"(7\. )?When is the (next )?meeting", 56),
    ("When did the school leave", -182),
    ("When was (that inspection|the report published|the new report)|Since when", -14),
)
#: Numbers by how the label begins.
NUMBERS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("What is the budget", (12_000, 18_500, 24_000)),
    ("How much", (1_500, 2_400, 4_000)),
    ("How many terms has", (0,)),
    ("How many terms", (2, 3)),
    ("How long is the agreed", (1, 2)),
    ("How long", (15, 20)),
)


#: What people tend to answer where a first option would lead nowhere much; the rest is by chance.
TENDS = {
    "head_of_bsa_decision": "escalate",
    "school_category": "getting to good",
    "sisg_next": "carry on",
    "outcome": "meet again",
    "losi": "intensive",
    "entry_agreed": "yes",
    "meeting_result": "carry on",
    "ofsted_judgement": "none",
    "progress": "enough",
    "tier_1_result": "improved",
    "agreed_unit": "terms",
    "notice_decision": "notice",
    "next_step": "carry on",
    "particular_concern": "no",
    "trust_result": "assured",
    "step_result": "next",
    "improved": "not yet",
    "meeting_held": "yes",
    "notice_outcome": "complied",
    "compliance_unit": "working days",
    "copy_sent_how": "email",
}
#: How often they answer so.
TENDENCY = 0.7


#: Of a standing: what is answered to any question that offers it.
ANY = "*"
#: How the answers of schools that stand well, fairly and badly differ; None: nothing of a list applies.
STANDINGS: tuple[Mapping[str, Any], ...] = (
    {
        "results": "above",
        "leadership": "very strong",
        "teaching": "strong",
        "ofsted": "outstanding features",
        "helps_others": "local support school",
        "further_criteria": None,
        "risk_level": "no risk",
        ANY: ("effective",),
        "risk_data": "secure",
        "risk_ofsted": "good",
        "risk_leadership": "secure",
        "category": "1",
    },
    {
        "results": "in line",
        "leadership": "strong",
        "teaching": "strong",
        "ofsted": "good",
        "helps_others": "some",
        "further_criteria": None,
        "risk_level": "low",
        ANY: ("effective",),
        "risk_data": "secure",
        "risk_ofsted": "good",
        "risk_leadership": "secure",
        "category": "1",
    },
    {
        "results": "below",
        "leadership": "strong",
        "teaching": "sound",
        "ofsted": "requires improvement",
        "helps_others": "none",
        "further_criteria": "gaps",
        "risk_level": "medium",
        ANY: ("not yet",),
        "risk_data": "some concern",
        "risk_ofsted": "requires improvement",
        "risk_leadership": "some concern",
        "category": "2",
    },
    {
        "results": "below for over a year",
        "leadership": "cause for concern",
        "teaching": "weak",
        "ofsted": "requires improvement twice",
        "helps_others": "none",
        "further_criteria": "static attainment",
        "risk_level": "high",
        ANY: ("serious", "not effective"),
        "risk_data": "serious concern",
        "risk_ofsted": "requires improvement",
        "risk_leadership": "serious concern",
        "category": "3",
    },
)
#: How many schools of ten stand how, and how seldom one is found to stand otherwise than it did.
SHARES, SELDOM = (3, 3, 3, 1), 0.15


def standing(school: str | None, chance: Random, *, steady: bool = False) -> Mapping[str, Any]:
    """How a school (its URN) stands, as its evidence says: much the same all year, now and then a step up or down; where it is
    to stand steadily, always the same, and never so badly that a case begins by itself."""
    if not school:
        return {}
    [place] = Random(f"standing {school}").choices(range(len(STANDINGS)), SHARES)  # noqa: S311 the same each time
    if steady:
        return STANDINGS[min(place, len(STANDINGS) - 2)]
    moved = place + chance.choice((-1, 1)) if chance.random() < SELDOM else place
    return STANDINGS[max(0, min(moved, len(STANDINGS) - 1))]


def choose(chance: Random, steered: Mapping[str, Any], question: Component, options: Sequence[Any]) -> Any:
    """Which of the options that a form offers is chosen: what the case is steered to, where that is offered as the case stands,
    or None where that is nothing; else what people tend to answer."""
    if question.key in steered and steered[question.key] in (*options, None):
        return steered[question.key]
    wanted = TENDS.get(question.key) or next((each for each in steered.get(ANY, ()) if each in options), None)
    return wanted if wanted in options and chance.random() < TENDENCY else chance.choice(options)


def answer(question: Component, today: date, chance: Random, why_closed: WhyClosed = _never) -> Any:
    """What fits a question that is not a choice: text, an ISO date, a number, or the rows of a list; None for a choice.

    ``why_closed`` says of a day why school is closed then, if it is: nothing is held, given or begun on such a day.
    """
    if question.kind in CHOICES or question.kind == "checkbox":
        return None
    if question.kind == "filepicker":
        return []  # no file is invented
    if question.kind == "dynamiclist":
        return [_row(question, today, chance, why_closed)]
    if question.kind == "datetime":
        return _date(question.label, today, why_closed).isoformat()
    if question.kind == "number":
        return chance.choice(_fitting(NUMBERS, question.label) or (1,))
    return _text(question, chance)


def _row(question: Component, today: date, chance: Random, why_closed: WhyClosed) -> dict[str, Any]:
    return {each.key: _cell(each, today, chance, why_closed) for each in question.inside}


def _cell(question: Component, today: date, chance: Random, why_closed: WhyClosed) -> Any:
    if question.kind in CHOICES:
        return question.options[0].value if question.options else None
    return True if question.kind == "checkbox" else answer(question, today, chance, why_closed)


def _text(question: Component, chance: Random) -> Any:
    if question.kind == "textarea":
        fitting = _fitting(PARAGRAPHS, question.label)
        return f"{chance.choice(fitting)} {_remark(chance)}" if fitting else _remark(chance)
    fitting = _fitting(LINES, question.label)
    if fitting:
        return chance.choice(fitting)
    return chance.choice(PEOPLE) if PERSON.match(question.label) else _remark(chance)


def _remark(chance: Random) -> str:
    return f"{chance.choice(SUBJECTS)} {chance.choice(SEEN)}; {chance.choice(THEN)}."


def _date(label: str, today: date, why_closed: WhyClosed = _never) -> date:
    """A day on which school is open: meetings and letters wait for it, and what lies behind was before."""
    found = next((days for begins, days in AHEAD if re.match(begins, label)), 0)
    there, step = today + timedelta(days=found), timedelta(days=-1 if found < 0 else 1)
    days = (there + step * each for each in range(LONGEST_HOLIDAY))
    return next((day for day in days if day.weekday() < 5 and not why_closed(day)), there)


def _fitting(choices: tuple[tuple[str, tuple[Any, ...]], ...], label: str) -> tuple[Any, ...]:
    return next((fitting for begins, fitting in choices if re.match(begins, label)), ())


def given(
    questions: tuple[Component, ...], today: date, chance: Random, why_closed: WhyClosed = _never
) -> Mapping[str, Any]:
    """Answers by key to all questions of a form that are not choices."""
    made = {each.key: answer(each, today, chance, why_closed) for each in questions}
    return {key: value for key, value in made.items() if value is not None}
