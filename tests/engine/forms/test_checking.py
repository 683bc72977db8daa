"""Forms that cannot be used: refused with the place, or found by lint before anyone meets them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import FormUnreadable
from engine.feel import Feel
from engine.forms import check_form, load_form
from engine.forms.keys import PARTS

AREAS = [{"label": "Leadership", "value": "leadership"}, {"label": "Attendance", "value": "attendance"}]


def question(kind: str, label: str, key: str = "answer", **more: Any) -> dict[str, Any]:
    rules = {"required": True, **more.pop("rules", {})}
    words = {"error": "Enter the answer", "name": "the answer", **more.pop("properties", {})}
    return {"type": kind, "key": key, "label": label, "validate": rules, "properties": words, **more}


VISITS = {
    "type": "dynamiclist",
    "path": "visits",
    "label": "Visits to the school",
    "properties": {"name": "the list of visits", "entry": "visit"},
    "components": [
        question("textfield", "Name of visitor", "name"),
        question("datetime", "Date", "on", rules={"required": False, "min": "=today()", "max": "=today()"}),
    ],
}


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (b"{", "the whole file"),
        (b"\xff", "the whole file"),
        (b'{"id": "\\ud800"}', "the whole file"),
        (b"[" * 100_000, "the whole file"),
        (b"[]", "the whole file"),
        ({"components": 3}, "components"),
        ({"components": [3]}, "components[0]"),
        ({"components": [{"type": "iframe"}]}, "components[0]"),
        (
            {"components": [{"type": "group", "components": [{"type": "image"}]}]},
            "components[0].components[0]",
        ),
        ({"components": [question("textfield", "A", key="a-b")]}, "components[0].key"),
        ({"components": [question("textfield", "A", key="and")]}, "components[0].key"),
        ({"components": [question("textfield", "A"), question("number", "A")]}, "components[1].key"),
        ({"components": [question("datetime", "A", subtype="time")]}, "components[0].subtype"),
        ({"components": [question("radio", "A", values=["x"])]}, "components[0].values[0]"),
        ({"components": [question("number", "A", rules={"min": []})]}, "components[0].validate.min"),
        ({"components": [VISITS | {"components": [VISITS]}]}, "components[0].components[0]"),
    ],
)
def test_a_form_that_cannot_be_read_is_refused_with_the_place(data: Any, path: str) -> None:
    with pytest.raises(FormUnreadable) as refused:
        load_form(data)
    assert refused.value.details["path"] == path


@pytest.mark.parametrize(
    ("component", "path"),
    [
        (question("textfield", ""), "label"),
        (question("textfield", "Name of {{school.name}}"), "label"),
        (question("radio", "A"), "values"),
        (question("radio", "A", values=AREAS, defaultValue="x"), "defaultValue"),
        (question("radio", "A", values=AREAS + AREAS), "values"),
        (question("select", "A", valuesExpression="=answer"), "valuesExpression"),
        (question("textfield", "A", rules={"pattern": "("}), "validate.pattern"),
        (question("textfield", "A", rules={"pattern": "^(a+)+$"}), "validate.pattern"),
        (question("textfield", "A", rules={"pattern": "^a$"}, properties={"error": ""}), "properties.error"),
        (question("number", "A", rules={"min": 3, "max": 2}), "validate.min"),
        (question("textfield", "A", conditional={"hide": "=stage = "}), "conditional.hide"),
        (question("textfield", "A", readonly="=("), "readonly"),
        (question("textfield", "A", properties={"confidential": " "}), "properties.confidential"),
        (question("textfield", "A", properties={"confidentialUntil": "=true"}), "properties.confidentialUntil"),
        (
            question("textfield", "A", properties={"confidential": "seo", "confidentialUntil": "=("}),
            "properties.confidentialUntil",
        ),
        (question("textfield", "A", rules={"maxLength": "many"}), "validate.maxLength"),
        (question("number", "A", rules={"min": "2"}), "validate.min"),
        (question("number", "A", rules={"min": "=today()"}), "validate.min"),
        (question("datetime", "A", rules={"min": "two years ago", "max": "=today()"}), "validate.min"),
        (question("datetime", "A", rules={"min": '=today() + duration("P2Y")', "max": "=today()"}), "validate.min"),
        (question("textfield", "A", rules={"minLength": "=3", "maxLength": 2}), "validate.minLength"),
        (question("textfield", "A", key="school"), "key"),
        (question("textfield", "A", key="settings"), "key"),
        (question("radio", "A", values=[{"label": "Yes", "value": "y"}, {"label": "Yes", "value": "n"}]), "values"),
        (question("textarea", "A", defaultValue=7), "defaultValue"),
        (question("number", "A", defaultValue="7"), "defaultValue"),
        (question("checkbox", "A", defaultValue="yes"), "defaultValue"),
        (question("radio", "A", values=AREAS, conditional={"hide": '=answer = "leadership"'}), "conditional.hide"),
        ({"type": "text", "text": "Hello {school.name}}"}, "text"),
        ({"type": "text", "text": ""}, "text"),
        ({"type": "text", "text": "Hello {{ ( }}"}, "text"),
    ],
)
def test_lint_finds_what_would_leave_a_person_helpless(component: dict[str, Any], path: str) -> None:
    found = load_form({"components": [component]}).check(Feel.shared())
    assert [(each.path, each.severity) for each in found] == [(f"components[0].{path}", "error")]


@pytest.mark.parametrize(
    ("component", "words"),
    [
        (question("textfield", "Why?"), ["error", "name"]),
        (question("textfield", "Why?", rules={"required": False}), ["name"]),
        (question("textfield", "Where?", rules={"required": False, "validationType": "email"}), ["error", "name"]),
        (question("datetime", "When?", rules={"required": False, "min": "=today()", "max": "=today()"}), ["name"]),
        (question("radio", "Which?", values=AREAS), ["error"]),
        (question("checklist", "Which?", values=AREAS, rules={"required": False}), ["error"]),
        (question("checkbox", "Agreed"), ["error"]),
        (question("checkbox", "Agreed", rules={"required": False}), []),
        (question("textarea", "What was written", readonly=True), []),
        (question("textarea", "What was written", readonly="=closed"), ["error", "name"]),
        (VISITS | {"components": []}, ["name", "entry"]),
        (VISITS | {"validate": {"required": True}, "components": []}, ["error", "name", "entry"]),
    ],
)
def test_lint_asks_the_author_for_the_words_that_a_person_may_read(component: dict[str, Any], words: list[str]) -> None:
    found = check_form({"components": [component | {"properties": {}}]}, Feel.shared())
    assert [name for each in found for name in ("error", "name", "entry") if f'"{name}"' in each.message] == words
    assert {(each.path, each.severity) for each in found} <= {("components[0].properties", "warning")}


@pytest.mark.parametrize(("part", "name"), [(part, name) for part, known in PARTS.items() for name in known])
def test_every_key_of_a_question_that_is_misspelt_is_found(part: str, name: str) -> None:
    slip = name[:-2] + name[-1] + name[-2] if name[-1] != name[-2] else name[:-1]
    found = check_form({"components": [question("textfield", "A") | {part: {slip: "x"}}]})
    assert f"did you mean {name}?" in next(
        each.message for each in found if each.path == f"components[0].{part}.{slip}"
    )


def test_a_key_that_is_near_none_is_refused_with_those_that_there_are() -> None:
    found = check_form({"components": [question("textfield", "A", conditional={"show": "=a"})]})
    assert [(each.path, each.message) for each in found] == [
        ("components[0].conditional.show", '"show" does nothing: it can be hide')
    ]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("confidential", '"confidential" does nothing here: it belongs into "properties"'),
        ("valdiate", '"valdiate" does nothing: did you mean validate?'),
    ],
)
def test_a_key_of_a_component_that_is_misspelt_or_misplaced_is_found(name: str, message: str) -> None:
    found = check_form({"components": [question("textfield", "A") | {name: "seo"}]})
    assert [(each.path, each.message) for each in found] == [(f"components[0].{name}", message)]


def test_keys_are_looked_at_inside_lists_and_groups_too() -> None:
    inner = question("textfield", "A", properties={"confidental": "seo"})
    group = {"type": "group", "label": "All", "components": [VISITS | {"components": [inner]}]}
    assert [each.path for each in check_form({"components": [group]})] == [
        "components[0].components[0].components[0].properties.confidental"
    ]


def test_limits_that_variables_have_a_say_in_are_left_to_the_case() -> None:
    limits = {"min": "=date(begun_on)", "max": "=today()"}
    assert not check_form({"components": [question("datetime", "A", rules=limits)]}, Feel.shared())


def test_a_form_in_another_encoding_is_told_to_be_saved_as_utf_8() -> None:
    found = check_form('{"components": [], "id": "the school’s"}'.encode("windows-1252"))
    assert [each.message for each in found] == ["it is not written in UTF-8: save it as UTF-8"]


FORM = '{"components": [], "id": "f", %s}'


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (FORM % '"a": 1, "a": 2', '"a" stands twice in one place, and only the last would count'),
        (FORM % '"a": {"max": 1e400}', "1e400 is too large a number"),
        (FORM % f'"a": {"9" * 5000}', "is too large a number"),
        (FORM % '"a": NaN', "it is not JSON: NaN is no number there"),
        (FORM % '"a": "\\ud800"', "it holds half of a character, U+D800: take it out"),
        ('{"components": [', "it is not JSON from line 1, column 17 on"),
    ],
)
def test_a_form_that_is_not_read_as_it_looks_is_refused_in_our_words(data: str, said: str) -> None:
    (found,) = check_form(data)
    assert said in found.message


def test_a_form_with_a_key_twice_that_was_deployed_before_goes_on() -> None:
    assert load_form(FORM % '"a": 1, "a": 2').id == "f"


def test_lint_asks_between_which_days_a_date_lies() -> None:
    found = check_form({"components": [question("datetime", "When?", rules={"max": "=today()"})]})
    message = "any date is taken, 1962 or 2062: say between which days it lies (min)"
    assert [(each.message, each.severity) for each in found] == [(message, "warning")]


def test_lint_never_raises_and_lists_every_problem() -> None:
    found = check_form({"components": [{"type": "iframe"}, question("radio", ""), 3]}, Feel.shared())
    assert [each.path for each in found] == [
        "components[0]",
        "components[2]",
        "components[1].label",
        "components[1].values",
    ]
    assert [each.path for each in check_form(b"nonsense")] == [""]


def test_a_good_form_has_no_findings() -> None:
    text = {"type": "text", "text": "About {{school.name}}"}
    choice = question("radio", "Area", values=AREAS, conditional={"hide": "=not(school.aided)"})
    assert load_form({"components": [text, VISITS, choice]}).check(Feel.shared()) == []


def test_an_id_that_is_there_twice_is_told_where_it_is_so_again() -> None:
    first, second = question("textfield", "A", id="Field_1"), question("textfield", "B", "other", id="Field_1")
    found = check_form({"components": [first, {"type": "group", "label": "Both", "components": [second]}]})
    assert [each.path for each in found if "twice" in each.message] == ["components[1].components[0].id"]
