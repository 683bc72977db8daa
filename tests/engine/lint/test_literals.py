"""PW-860 and PW-890: texts that people read."""

from __future__ import annotations

import pytest

from engine.lint import Known
from tests.engine.lint.drawing import Case, around, found, inputs, prove


def _says(text: str) -> str:
    return around(f'<task id="t">{inputs(subject=text)}</task>')


PLAIN = [
    "High risk",
    'The "red" route',
    "Stage 1 + 2",
    "notify(ed)",
    "school.",
    "see the school (if there is one) + its head",
    "18:30",
    "chair-of-governors,headteacher",
]


def _hands(text: str) -> str:
    """A task that works something out, and one that is given it by this text."""
    script = '<scriptTask id="u" scriptFormat="feel" camunda:resultVariable="panel_why"><script>= "Late"</script></scriptTask>'
    return around(f'<task id="t">{inputs(subject=text)}</task>{script}', "s>u u>t t>e")


CASES = [
    Case("PW-821", _hands("panel_why"), _hands("= panel_why"), True, Known(forms={}, decisions={})),
    Case("PW-860", _says('"High risk: " + school.name'), _says('="High risk: " + school.name')),
    Case("PW-860", _says('if a then "yes" else b'), _says("if a then yes else b")),
    Case("PW-860", _says("school.name"), _says("School")),
    Case("PW-860", _says('string join(names, ", ")'), _says("names")),
    Case("PW-890", _says("High risk: {{school.name}}"), _says("High risk")),
    Case("PW-890", around('<task id="t" name="Visit {{school.name}}"/>'), around('<task id="t" name="Visit"/>')),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_literals(case: Case) -> None:
    prove(case)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_words_are_left_alone(text: str) -> None:
    assert {each.code for each in found(_says(text))} & {"PW-860", "PW-890"} == set()


def test_how_it_is_written_is_said() -> None:
    [one] = [each for each in found(_says("High risk: {{school.name}} now")) if each.code == "PW-890"]
    assert one.remedy == 'Write it as FEEL: = "High risk: " + school.name + " now"'
