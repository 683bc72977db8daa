"""Questions that depend on answers, the case or who asks: shown or hidden, limited, kept from some roles, locked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.errors import FormInvalid
from engine.feel import Feel
from engine.forms import AtTime
from tests.engine.forms.questions import AIDED, AREAS, COMMUNITY, DIOCESE, errors, make, question, read


def test_a_hidden_question_is_neither_required_nor_stored() -> None:
    form = make(*DIOCESE)
    assert read(form, ("decision", "stay"), ("reason", "x"), ("diocese", "y"), variables=COMMUNITY) == {
        "decision": "stay"
    }
    assert list(errors(form, ("decision", "go"), variables=AIDED)) == ["reason", "diocese"]


def test_the_page_shows_what_depends_on_its_own_answers_and_not_what_the_case_has_decided() -> None:
    shown = make(*DIOCESE).visible_fields(COMMUNITY, None, Feel.shared())
    assert [component.key for component in shown] == ["decision", "reason"]


def test_a_condition_that_is_true_on_one_side_from_the_case_alone_hides_for_sure() -> None:
    form = make(
        question("textfield", "Reason", conditional={"hide": '=not(school.aided) or answer2 = "x"'}),
        question("textfield", "Other", "answer2"),
    )
    assert [each.key for each in form.visible_fields(COMMUNITY, None, Feel.shared())] == ["answer2"]
    assert [each.key for each in form.visible_fields(AIDED, None, Feel.shared())] == ["answer", "answer2"]


def test_an_answer_that_is_hidden_itself_hides_nothing() -> None:
    form = make(
        question("checkbox", "One", "one", required=False),
        question("checkbox", "Two", "two", required=False, conditional={"hide": "=one"}),
        question("textfield", "Three", "three", conditional={"hide": "=two"}),
    )
    assert read(form, ("one", "true"), ("two", "true"), ("three", "x")) == {"one": True, "three": "x"}


#: Which areas a concern has, unless the case knows them from its start; and the evidence about one of them.
EVIDENCE = [
    question("checklist", "Areas", "areas", values=AREAS, conditional={"hide": "=described != null"}),
    question("textfield", "Attendance", conditional={"hide": '=not(list contains(areas, "attendance"))'}),
    question("textfield", "Leadership", "answer2", conditional={"hide": '=not(list contains(areas, "leadership"))'}),
]
KNOWN = {"described": "By the start form.", "areas": ["attendance"]}


def test_a_question_that_the_case_has_answered_leaves_its_answer_to_the_conditions_of_others() -> None:
    assert read(make(*EVIDENCE), ("answer", "Low"), ("answer2", "x"), variables=KNOWN) == {"answer": "Low"}
    assert list(errors(make(*EVIDENCE), variables=KNOWN)) == ["answer"]


def test_the_page_shows_what_the_case_has_decided_by_such_an_answer() -> None:
    shown = make(*EVIDENCE).visible_fields(KNOWN, None, Feel.shared())
    assert [component.key for component in shown] == ["answer"]


def test_a_group_hides_what_is_in_it() -> None:
    inside = [question("textfield", "Name", "name")]
    form = make(
        {
            "type": "group",
            "label": "Notice",
            "components": inside,
            "conditional": {"hide": "=not(school.aided)"},
        }
    )
    assert read(form, variables=COMMUNITY) == {}
    assert errors(form, variables=AIDED) == {"name": ['Enter an answer to "Name"']}


def test_options_may_come_from_the_case() -> None:
    form = make(question("select", "Member", valuesExpression="=for m in members return {label: m.name, value: m.id}"))
    variables = {"members": [{"name": "Ann Example", "id": 7}]}
    assert read(form, ("answer", "7"), variables=variables) == {"answer": 7}
    assert errors(form, ("answer", "8"), variables=variables) == {"answer": ['Select an answer to "Member"']}
    assert read(form, variables={"members": []}) == {"answer": None}  # nothing to choose, so nothing is demanded


def test_a_limit_may_come_from_the_case() -> None:
    form = make(question("number", "Places", rules={"max": "=school.places"}))
    assert errors(form, ("answer", "31"), variables={"school": {"places": 30}}) == {
        "answer": ["Places must be 30 or less"]
    }


def test_a_date_may_be_held_against_the_day_of_the_engines_clock() -> None:
    form = make(question("datetime", "Date of meeting", rules={"max": "=today()"}))
    feel = AtTime(Feel.shared(), datetime(2031, 5, 6, 12, tzinfo=UTC))
    assert form.accept({"answer": "2031-05-06"}, {}, feel) == {"answer": "2031-05-06"}
    with pytest.raises(FormInvalid) as refused:
        form.accept({"answer": "2031-05-07"}, {}, feel)
    assert refused.value.errors == {"answer": ["Date of meeting must be the same as or before 6 May 2031"]}


# Who may see and answer


def test_a_confidential_question_is_not_put_to_other_roles_nor_read_from_them() -> None:
    form = make(
        question("textfield", "Name", "name"),
        {
            "type": "group",
            "label": "Minutes",
            "properties": {"confidential": "seo, headteacher"},
            "components": [question("textarea", "Minutes", "minutes")],
        },
    )
    assert form.confidential() == {"minutes": frozenset({"seo", "headteacher"})}
    typed = [("name", "Ann"), ("minutes", "secret")]
    assert read(form, *typed, roles=["clerk"]) == {"name": "Ann"}
    assert read(form, *typed, roles=["seo"]) == {"name": "Ann", "minutes": "secret"}
    assert [each.key for each in form.visible_fields({}, ["clerk"], Feel.shared())] == ["name"]


def test_a_field_in_a_confidential_group_is_seen_only_by_roles_of_both() -> None:
    inner = question("textfield", "Name", "name", properties={"confidential": "seo,clerk"})
    form = make(
        {
            "type": "group",
            "label": "G",
            "components": [inner],
            "properties": {"confidential": "seo,headteacher"},
        }
    )
    assert form.confidential() == {"name": frozenset({"seo"})}


@pytest.mark.parametrize("locked", [{"readonly": True}, {"disabled": True}, {"readonly": "=stage = 2"}])
def test_a_readonly_answer_is_never_taken_from_the_page(locked: dict[str, Any]) -> None:
    form = make(question("textfield", "Name", **locked), question("textfield", "Other", "other"))
    assert read(form, ("answer", "forged"), ("other", "x"), variables={"stage": 2}) == {"other": "x"}


class TestConfidentialUntil:
    """An answer that is kept to some roles may open as the case goes on."""

    KEPT = question(
        "textfield", "A", "a", properties={"confidential": "seo", "confidentialUntil": '=decision = "escalate"'}
    )

    def test_it_is_kept_while_the_condition_is_not_true(self) -> None:
        assert make(self.KEPT).in_case({"decision": None}, Feel.shared()).confidential() == {"a": frozenset({"seo"})}

    def test_it_is_open_once_the_condition_is_true(self) -> None:
        assert make(self.KEPT).in_case({"decision": "escalate"}, Feel.shared()).confidential() == {}

    def test_a_condition_that_fails_opens_nothing(self) -> None:
        kept = question("textfield", "A", "a", properties={"confidential": "seo", "confidentialUntil": "=abs(x)"})
        assert make(kept).in_case({"x": "text"}, Feel.shared()).confidential() == {"a": frozenset({"seo"})}

    def test_the_rule_of_the_group_around_it_stays(self) -> None:
        group = {"type": "group", "label": "G", "components": [self.KEPT], "properties": {"confidential": "seo,clerk"}}
        opened = make(group).in_case({"decision": "escalate"}, Feel.shared())
        assert opened.confidential() == {"a": frozenset({"seo", "clerk"})}

    def test_a_list_opens_as_a_whole(self) -> None:
        rows = {
            "type": "dynamiclist",
            "path": "rows",
            "label": "Rows",
            "components": [question("textfield", "A", "a")],
            "properties": self.KEPT["properties"],
        }
        assert make(rows).in_case({"decision": "escalate"}, Feel.shared()).confidential() == {}
