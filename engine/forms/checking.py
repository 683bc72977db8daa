"""What lint says about a form: everything that would leave a person before a page they cannot understand or
complete.

Everything is an error but one kind: a question for whose error messages nobody has written the words is a warning,
``_words``. Such a question works, with its label quoted, and the words stand in custom properties, which a form drawn
elsewhere does not have: an error would refuse every such form, a warning reaches its author each time the form is
checked or deployed.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from engine.errors import ExpressionFailed, ExpressionInvalid, ExpressionLimit
from engine.forms import text as texts
from engine.forms.conditions import as_text, mentions
from engine.forms.keys import twice, unknown
from engine.forms.model import CHOICES, DECIDING, QUESTIONS, Checks, Component, Limit, questions
from engine.forms.reader import Problem, Reader, parse_json

Finding = Problem
#: Variables that every expression can read, whatever a form asks.
TAKEN = frozenset({"school", "settings"})
#: The properties that hold an author's words, with an example of each.
_WORDS = {"error": "Enter the date of the visit", "name": "the date of the visit", "entry": "visit"}
_NESTED_REPEAT = re.compile(r"\([^()]*[+*}]\)\s*[+*{]")


def check_form(data: bytes | str | Mapping[str, Any], feel: Checks | None = None) -> list[Finding]:
    """Every problem of a form file, as (path, message, severity), those that keep it from being read included; never
    raises."""
    try:
        json_data = parse_json(data if isinstance(data, bytes | str) else json.dumps(data), careful=True)
    except ValueError as error:
        return [Finding("", str(error))]
    except (TypeError, RecursionError):
        return [Finding("", "it holds what JSON cannot")]
    reader = Reader()
    _, components = reader.root(json_data)
    asked = questions(components)
    keys = {each.key for each in asked} | {child.key for each in asked for child in each.inside}
    passed_over = [Finding(path, message) for path, message in (*unknown(json_data), *twice(json_data))]
    return [*reader.problems, *passed_over, *findings(components, keys, feel)]


def findings(components: tuple[Component, ...], keys: Collection[str], feel: Checks | None) -> list[Finding]:
    """What is wrong with components that could be read. ``keys`` are the keys of all the form's questions."""
    return [found for each in _walk(components) for found in _component(each, keys, feel)]


def confidential_roles(components: tuple[Component, ...]) -> Iterator[tuple[str, str]]:
    """The roles that may see what is confidential, each with where it is named."""
    for each in _walk(components):
        for role in each.properties.get("confidential", "").split(","):
            if role.strip():
                yield f"{each.path}.properties.confidential", role.strip()


def _walk(components: tuple[Component, ...]) -> Iterator[Component]:
    for component in components:
        yield component
        yield from _walk(component.children)


def expressions(components: tuple[Component, ...]) -> Iterator[tuple[str, str]]:
    """Every FEEL expression of a form's components, with its place in the file, such as
    ``components[2].conditional.hide``."""
    for each in _walk(components):
        yield from ((f"{each.path}.{name}", text) for name, text in _expressions(each) if text)


def quoted(components: tuple[Component, ...]) -> Iterator[str]:
    """Every FEEL expression whose value a page shows: in texts and hints, and as options."""
    for each in _walk(components):
        yield from (found for text in (each.text, each.description) for found in texts.expressions(text))
        yield each.options_expression


def _component(component: Component, keys: Collection[str], feel: Checks | None) -> Iterator[Finding]:
    yield from _labels(component)
    yield from _braces(component)
    yield from _options(component, keys)
    yield from _default(component)
    yield from _itself(component)
    yield from _limits(component, feel)
    yield from _taken(component)
    yield from _pattern(component, feel)
    yield from _words(component)
    yield from _prefill(component)
    yield from _dates(component, keys)
    yield from _confidential(component)
    for path, expression in _expressions(component):
        yield from _expression(component, path, expression, feel)


def _labels(component: Component) -> Iterator[Finding]:
    if component.kind == "text":
        if not component.text.strip():
            yield _at(component, "text", "the text is empty")
    elif component.kind != "separator" and not component.label.strip():
        yield _at(component, "label", "the label is missing: a person would not know what is asked")
    elif texts.expressions(component.label):
        yield _at(component, "label", "a label is plain text; quote the case in a text component above it")


def _braces(component: Component) -> Iterator[Finding]:
    for name, given in (("text", component.text), ("description", component.description)):
        if given.count("{{") != given.count("}}"):
            yield _at(component, name, "an expression stands between {{ and }}, and one of the two is missing")


#: What a default value is, by the kind of question; that of a choice is one of its options.
_DEFAULTS: Mapping[str, tuple[Any, str]] = {
    "number": (int | float, "a number"),
    "checkbox": (bool, "true or false"),
    "textfield": (str, "a text"),
    "textarea": (str, "a text"),
    "datetime": (str, "a date like 2026-09-01"),
}


def _default(component: Component) -> Iterator[Finding]:
    wanted = _DEFAULTS.get(component.kind)
    if wanted and component.default is not None and not isinstance(component.default, wanted[0]):
        yield _at(component, "defaultValue", f"the default value must be {wanted[1]}")


def _itself(component: Component) -> Iterator[Finding]:
    if component.readonly is not True and mentions(component.hide, {component.key}):
        yield _at(
            component, "conditional.hide", "whether it is asked depends on its own answer, which is not there yet"
        )


def _options(component: Component, keys: Collection[str]) -> Iterator[Finding]:
    if component.kind not in CHOICES:
        return
    if not component.options and not component.options_expression:
        yield _at(component, "values", "the options are missing")
    values = [as_text(option.value) for option in component.options]
    if len(values) != len(set(values)):
        yield _at(component, "values", "two options have the same value")
    else:
        yield from _labels_twice(component)
    if component.options and _unknown_default(component.default, values):
        yield _at(component, "defaultValue", "the default value is none of the options")
    if mentions(component.options_expression, keys):
        yield _at(component, "valuesExpression", "options cannot depend on answers of the same form")


def _labels_twice(component: Component) -> Iterator[Finding]:
    labels = Counter(option.label for option in component.options)
    for label in (label for label, times in labels.items() if times > 1):
        yield _at(component, "values", f'two options read "{label}": a person cannot tell them apart')


def _taken(component: Component) -> Iterator[Finding]:
    if component.key in TAKEN:
        message = f'the key "{component.key}" is taken: every expression reads by it what the engine knows'
        yield _at(component, "key", message)


def _unknown_default(default: Any, values: list[str]) -> bool:
    wanted = default if isinstance(default, list) else [] if default in (None, "") else [default]
    return any(as_text(value) not in values for value in wanted)


def _limits(component: Component, feel: Checks | None) -> Iterator[Finding]:
    dated = component.kind == "datetime"
    yield from _limit_pair(component, feel, "min", "max", (date, "a date like 2026-09-01") if dated else _NUMBER)
    yield from _limit_pair(component, feel, "minLength", "maxLength", _NUMBER)


_NUMBER = (int | float, "a number")


def _limit_pair(
    component: Component, feel: Checks | None, least: str, most: str, wanted: tuple[Any, str]
) -> Iterator[Finding]:
    rules = component.rules
    low, high = (rules.min, rules.max) if least == "min" else (rules.min_length, rules.max_length)
    known = {name: _fixed(limit, feel) for name, limit in ((least, low), (most, high))}
    wrong = [name for name, limit in known.items() if not isinstance(limit, wanted[0] | None)]
    for name in wrong:
        yield _at(component, f"validate.{name}", f'"{name}" must be {wanted[1]}, or FEEL that gives one')
    if not wrong and None not in known.values() and known[least] > known[most]:
        yield _at(component, f"validate.{least}", "no answer can fulfil this: the least is more than the most")


#: Limits that count from today are compared on this day; they lie as far apart on any other.
_A_DAY = datetime(2026, 9, 1, tzinfo=UTC)


def _fixed(limit: Limit, feel: Checks | None) -> Any:
    """A limit that no variable has a say in; None where one has, or where FEEL cannot be asked (another check says why)."""
    given: Any = limit
    if isinstance(limit, str) and limit.startswith("="):
        try:
            given = feel.evaluate(limit, {}, _A_DAY) if feel is not None else None
        except (ExpressionFailed, ExpressionInvalid, ExpressionLimit):
            return None
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, str):
        try:
            return date.fromisoformat(given[:10])
        except ValueError:
            return given
    return given


def _pattern(component: Component, feel: Checks | None) -> Iterator[Finding]:
    pattern = component.rules.pattern
    if not pattern:
        return
    if not (_is_regex(pattern) if feel is None else _is_feel_regex(pattern, feel)):
        yield _at(component, "validate.pattern", "the pattern is not a regular expression")
    if _NESTED_REPEAT.search(pattern):
        yield _at(
            component,
            "validate.pattern",
            "the pattern repeats a repetition, which can take for ever to match",
        )
    if not component.error:
        yield _at(component, "properties.error", "an answer with a pattern needs its own error message")


def _prefill(component: Component) -> Iterator[Finding]:
    given = component.properties.get("prefill")
    if given is not None and given != "keep":
        yield _at(component, "properties.prefill", 'prefill is "keep", for answers that last, or it is left out')
    elif given and component.kind in DECIDING:
        yield _at(
            component, "properties.prefill", "what is decided anew is never answered beforehand: take prefill out"
        )


def _dates(component: Component, keys: Collection[str]) -> Iterator[Finding]:
    if component.kind != "datetime" or component.readonly is True:
        return
    missing = [name for name, limit in (("min", component.rules.min), ("max", component.rules.max)) if limit is None]
    if missing:
        message = f"any date is taken, 1962 or 2062: say between which days it lies ({' and '.join(missing)})"
        yield Finding(f"{component.path}.validate", message, "warning")
    if component.reason_key and component.reason_key not in keys:
        yield _at(component, "properties.schoolDay", "it names no question of this form that says why")


def _words(component: Component) -> Iterator[Finding]:
    lacking = [f'"{name}" ("{_WORDS[name]}")' for name in _wanted(component) if not component.properties.get(name)]
    if lacking:
        yield Finding(f"{component.path}.properties", f"ask its author for {' and '.join(lacking)}", "warning")


def _wanted(component: Component) -> Iterator[str]:
    """The properties whose words a person may read; none of a question that is only read."""
    if component.kind not in QUESTIONS or component.readonly is True:
        return
    rules = component.rules
    if not rules.pattern and (rules.required or rules.format or component.kind in CHOICES):  # or _pattern asks for it
        yield "error"
    if component.kind not in CHOICES | {"checkbox"}:
        yield "name"
    if component.kind == "dynamiclist":
        yield "entry"


def _is_regex(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _is_feel_regex(pattern: str, feel: Checks) -> bool:
    try:
        return feel.evaluate("matches(value, pattern)", {"value": "", "pattern": pattern}) is not None
    except (ExpressionFailed, ExpressionInvalid, ExpressionLimit):
        return False


def _confidential(component: Component) -> Iterator[Finding]:
    if component.confidential is not None and not component.confidential:
        yield _at(component, "properties.confidential", "no role is left that may see this answer")
    if "confidentialUntil" in component.properties and "confidential" not in component.properties:
        yield _at(component, "properties.confidentialUntil", "it does nothing: no roles are named in confidential")
    for child in component.inside if component.kind == "dynamiclist" else ():
        if "confidential" in child.properties:
            yield _at(child, "properties.confidential", "mark the whole list confidential, not a question inside it")


def _expressions(component: Component) -> Iterator[tuple[str, str]]:
    rules = component.rules
    yield "conditional.hide", component.hide
    yield "valuesExpression", component.options_expression
    yield "properties.confidentialUntil", component.properties.get("confidentialUntil", "")
    limits = {
        "min": rules.min,
        "max": rules.max,
        "minLength": rules.min_length,
        "maxLength": rules.max_length,
    }
    for name, given in {
        "readonly": component.readonly,
        **{f"validate.{name}": limit for name, limit in limits.items()},
    }.items():
        if isinstance(given, str) and given.startswith("="):
            yield name, given
    for name, given in (("text", component.text), ("description", component.description)):
        yield from ((name, expression) for expression in texts.expressions(given))


def _expression(component: Component, path: str, expression: str, feel: Checks | None) -> Iterator[Finding]:
    if not expression or feel is None:
        return
    try:
        feel.check(expression.removeprefix("="))
    except ExpressionInvalid as error:
        yield _at(component, path, str(error))


def _at(component: Component, name: str, message: str) -> Finding:
    return Finding(f"{component.path}.{name}", message)
