"""What the sample's invented people answer: a time for a time, a place for a place, sentences that fit their question.

What a question asks for is told by its kind and by how its label begins; options, ticks and text that nothing here fits are
left to :mod:`engine.forms.plausible` and to :data:`REMARKS`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from engine.forms import Component
from engine.forms.model import CHOICES

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
        ("The headteacher, the chair of governors and the link adviser.",),
    ),
)
#: What is said where nothing above fits.
REMARKS = (
    "Seen on the visit and talked through with the headteacher.",
    "The plan is on track; two milestones are late.",
    "Phonics has improved; reading in the upper years has not.",
    "Governors ask for evidence and get it.",
    "Attendance is better for most groups.",
    "New leaders have made a good start.",
    "Agreed with the chair of governors.",
)
PERSON = re.compile(
    r"(With whom|Who|Whom|Name|Headteacher|.*governor|School Evaluation Officer|System leader|Diocesan)\b"
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
    ("When was (that inspection|the report published|the new report)|Since when", -14),
)
#: Numbers by how the label begins.
NUMBERS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("What is the budget", (12_000, 18_500, 24_000)),
    ("How much", (1_500, 2_400, 4_000)),
    ("How many terms", (2, 3)),
    ("How long is the agreed", (1, 2)),
    ("How long", (15, 20)),
)


def answer(question: Component, today: date, chance: Random) -> Any:
    """What fits a question that is not a choice: text, an ISO date, a number, or the rows of a list; None for a choice."""
    if question.kind in CHOICES or question.kind == "checkbox":
        return None
    if question.kind == "dynamiclist":
        return [_row(question, today, chance)]
    if question.kind == "datetime":
        return _date(question.label, today).isoformat()
    if question.kind == "number":
        return chance.choice(_fitting(NUMBERS, question.label) or (1,))
    return _text(question, chance)


def _row(question: Component, today: date, chance: Random) -> dict[str, Any]:
    return {each.key: _cell(each, today, chance) for each in question.inside}


def _cell(question: Component, today: date, chance: Random) -> Any:
    if question.kind in CHOICES:
        return question.options[0].value if question.options else None
    return True if question.kind == "checkbox" else answer(question, today, chance)


def _text(question: Component, chance: Random) -> Any:
    if question.kind == "textarea":
        return chance.choice(_fitting(PARAGRAPHS, question.label) or REMARKS)
    fitting = _fitting(LINES, question.label)
    if fitting:
        return chance.choice(fitting)
    return chance.choice(PEOPLE if PERSON.match(question.label) else REMARKS)


def _date(label: str, today: date) -> date:
    """A weekday: meetings and letters wait for Monday."""
    found = next((days for begins, days in AHEAD if re.match(begins, label)), 0)
    there = today + timedelta(days=found)
    return there + timedelta(days=max(0, 7 - there.weekday()) if there.weekday() > 4 else 0)


def _fitting(choices: tuple[tuple[str, tuple[Any, ...]], ...], label: str) -> tuple[Any, ...]:
    return next((fitting for begins, fitting in choices if re.match(begins, label)), ())


def given(questions: tuple[Component, ...], today: date, chance: Random) -> Mapping[str, Any]:
    """Answers by key to all questions of a form that are not choices."""
    made = {each.key: answer(each, today, chance) for each in questions}
    return {key: value for key, value in made.items() if value is not None}
