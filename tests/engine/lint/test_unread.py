"""PW-882: a name that is set, and read nowhere, beside one like it that is read."""

from __future__ import annotations

import pytest

from engine.lint import Known
from tests.engine.lint.drawing import Case, draw, found, prop, prove

KNOWN = Known(forms={"f": None}, roles=frozenset({"seo"}), decisions={}, processes=frozenset({"q"}), settings={})
NOTE = '<scriptTask id="{}" scriptFormat="feel" camunda:resultVariable="{}"><script>= true</script></scriptTask>'
TASK = '<userTask id="t" name="Answer" camunda:formKey="f" camunda:candidateGroups="seo">{}</userTask>'
OUT = (
    '<callActivity id="t" calledElement="q"><extensionElements><camunda:in variables="all"/>'
    '<camunda:out source="x" target="{}"/></extensionElements></callActivity>'
)


def _drawn(second: str, condition: str = "high_risk != null", first: str = NOTE.format("a", "high_risk")) -> str:
    """Two elements that set something, and a gateway that asks for what the first sets."""
    body = f'<startEvent id="s"/>{first}{second}<exclusiveGateway id="g" default="g_f"/><endEvent id="e"/><endEvent id="f"/>'
    return draw(body, f"s>a a>t t>g g>e[{condition}] g>f")


def _case(bad: str, good: str) -> Case:
    return Case("PW-882", bad, good, strict=True, known=KNOWN)


def _last_day(name: str) -> str:
    days = {"lastDay": name, "lastDayOf": "= &quot;10 working days&quot;", "lastDayFrom": "= today()"}
    return TASK.format(prop(**days))


CASES = [
    _case(_drawn(NOTE.format("t", "hihg_risk")), _drawn(NOTE.format("t", "high_risk"))),
    _case(_drawn(OUT.format("hihg_risk")), _drawn(OUT.format("high_risk"))),
    _case(_drawn(_last_day("hihg_risk")), _drawn(_last_day("high_risk"))),
    # What is read, and what is like nothing, is no slip.
    _case(_drawn(NOTE.format("t", "hihg_risk")), _drawn(NOTE.format("t", "high_risks"), "high_risks or high_risk")),
    _case(_drawn(NOTE.format("t", "hihg_risk")), _drawn(NOTE.format("t", "outcome"))),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule(case: Case) -> None:
    prove(case)


def test_the_name_that_is_meant_is_named_once() -> None:
    drawn = _drawn(NOTE.format("t", "hihg_risk"), first=NOTE.format("a", "high_risk") + NOTE.format("b", "hihg_risk"))
    said = [
        one.remedy
        for one in found(drawn.replace('targetRef="t"', 'targetRef="b"'), True, KNOWN)
        if one.code == "PW-882"
    ]
    assert said == ["Did you mean high_risk?"]


def test_a_name_that_nothing_else_sets_is_said_where_it_is_read_alone() -> None:
    drawn = _drawn(NOTE.format("t", "hihg_risk"), first=NOTE.format("a", "other"))
    codes = [one.code for one in found(drawn, True, KNOWN) if one.code in ("PW-870", "PW-882")]
    assert codes == ["PW-870"]
