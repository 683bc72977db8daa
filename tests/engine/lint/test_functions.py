"""The functions that lint knows are those that FEEL has."""

from __future__ import annotations

import pytest

from engine.feel import Feel
from engine.lint.names.functions import FUNCTIONS, PROPERTIES

#: A value of each kind, for a parameter.
VALUES = {
    "number": "1",
    "text": '"1"',
    "list": "[1]",
    "boolean": "true",
    "context": "{a: 1}",
    "duration": '@"PT1H"',
    "date": '@"2026-10-14"',
    "date and time": '@"2026-10-14T09:30:00Z"',
    "time": '@"09:30:00"',
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_function_that_lint_knows_is_none_of_the_names_that_feel_reads(name: str) -> None:
    assert Feel.shared().names(f"{name}(x)") == {"x"}


@pytest.mark.parametrize("name", ["random number", "range", "lowercase"])
def test_a_function_that_feel_has_not_lint_has_not(name: str) -> None:
    assert (name in FUNCTIONS, Feel.shared().names(f"{name}(x)")) == (False, {name, "x"})


@pytest.mark.parametrize("kind", sorted(PROPERTIES))
def test_a_value_has_the_properties_that_lint_knows(kind: str) -> None:
    feel = Feel.shared()
    values = ['@"P1Y"', VALUES["duration"]] if kind == "duration" else [VALUES[kind]]
    read = {name for value in values for name in PROPERTIES[kind] if feel.evaluate(f"{value}.{name}", {}) is not None}
    assert read | {"time offset", "timezone"} >= PROPERTIES[kind]
