"""PW-80x: timers."""

from __future__ import annotations

import re

import pytest

from engine.calendar import timers
from engine.lint import Known
from tests.engine.lint.drawing import Case, around, found, prop, prove


def _wait(inner: str, more: str = "") -> str:
    definition = f"<timerEventDefinition>{inner}</timerEventDefinition>"
    return around(f'<intermediateCatchEvent id="t">{more}{definition}</intermediateCatchEvent>')


def _duration(text: str, more: str = "") -> str:
    return _wait(f"<timeDuration>{text}</timeDuration>", more)


def _due(text: str, more: str = "") -> str:
    return around(f'<userTask id="t" camunda:dueDate="{text}">{more}</userTask>')


def _rests(text: str) -> str:
    return around(f'<userTask id="t" camunda:dueDate="20 days" camunda:followUpDate="{text}"/>')


FROM = prop(**{"from": "= given"})
GOOD = _duration("15 working days")

SETTINGS = {"wrong": "twenty workin days", "number": 20, "right": "20 working days"}
KNOWN = Known(forms={}, decisions={}, settings=SETTINGS)
NEEDS = frozenset({"PW-701", "PW-702", "PW-711"})


def _worked_out(bad: str, good: str, code: str = "PW-808") -> Case:
    """What is worked out of the authority's settings, or of texts."""
    return Case(code, bad, good, strict=True, known=KNOWN, also=NEEDS)


def _cycle(text: str, kind: str = "startEvent") -> str:
    timer = f"<timerEventDefinition><timeCycle>{text}</timeCycle></timerEventDefinition>"
    return around(f'<task id="t"/><{kind} id="b">{timer}</{kind}>', "s>t b>t t>e")


CASES = [
    Case("PW-810", _cycle("R/PT1H"), _cycle("every 2 weeks"), strict=True, known=KNOWN, also=NEEDS),
    Case("PW-811", _cycle("every day"), _cycle("every week"), strict=True, known=KNOWN, also=NEEDS),
    Case("PW-811", _due("PT5M"), _due("PT24H"), strict=True, known=KNOWN, also=NEEDS),
    Case("PW-811", _duration("500 working days"), _duration("200 working days"), strict=True, known=KNOWN, also=NEEDS),
    Case("PW-801", _wait(""), GOOD),
    Case("PW-801", _duration(""), GOOD),
    Case("PW-801", _wait("<timeDuration>P1D</timeDuration><timeCycle>R/P1D</timeCycle>"), GOOD),
    Case("PW-802", _duration("quite soon"), GOOD),
    Case("PW-802", _duration("when the moon is blue"), _duration("=how long")),
    Case("PW-802", _duration("every half-term"), _duration("1 half-term")),
    Case("PW-803", _due("every half-term"), _due("end of term")),
    Case("PW-803", _due("quite soon"), _due("10 working days")),
    _worked_out(_due("= &quot;5 workng days&quot;"), _due("= &quot;5 working days&quot;")),
    _worked_out(_due("= string(5) + &quot; workin days&quot;"), _due("= string(5) + &quot; working days&quot;")),
    _worked_out(_duration("= null"), GOOD, "PW-876"),
    _worked_out(_due("= today"), _due("= today()"), "PW-874"),
    _worked_out(_due("= settings.wrong"), _due("= settings.right")),
    _worked_out(_duration("= settings.number"), _duration("= settings.right"), "PW-876"),
    _worked_out(_duration("= settings.wrong + &quot;&quot;"), _duration("= settings.right + &quot;&quot;")),
    _worked_out(
        _duration("= duration(&quot;P&quot; + substring before(settings.right, &quot; &quot;) + &quot;M&quot;)"),
        _duration("= settings.right"),
        "PW-812",
    ),
    Case("PW-809", _due("2020-01-01"), _due("1 September")),
    _worked_out(_due("= date(&quot;2025-09-01&quot;)"), _due("= date(string(today()))"), "PW-809"),
    _worked_out(
        _duration("10 days", prop(**{"from": "= date(&quot;2025-09-01&quot;)"})),
        _duration("10 days", prop(**{"from": "= today()"})),
        "PW-809",
    ),
    Case("PW-813", _rests("6 weeks"), _rests("1 week"), True, KNOWN, NEEDS),
    Case("PW-809", _wait("<timeDate>2020-01-01</timeDate>"), _wait("<timeDate>1 September</timeDate>")),
    Case("PW-807", around(f'<userTask id="t">{FROM}</userTask>'), _duration("10 days", FROM)),
    Case("PW-807", around(f'<task id="t">{FROM}</task>'), _due("10 days", FROM)),
    Case("PW-806", _wait("<timeCycle>every month</timeCycle>"), GOOD),
    Case("PW-806", _wait("<timeCycle>R3/P1D</timeCycle>"), GOOD),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_timers(case: Case) -> None:
    prove(case)


@pytest.mark.parametrize("kind", ["timeDate", "timeDuration", "timeCycle"])
def test_the_remedy_proposes_only_what_is_accepted_in_that_place(kind: str) -> None:
    (finding,) = (each for each in found(_wait(f"<{kind}>quite soon</{kind}>")) if each.code == "PW-802")
    for proposed in re.findall('"([^"]+)"', finding.remedy.partition(", or FEEL")[0]):
        assert timers.parse(proposed, timers.KINDS[kind]).text == proposed
