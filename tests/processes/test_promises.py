"""What a form promises is a rule on its fields."""

from __future__ import annotations

from tests.processes.promises import barring, promises, unasked


def test_a_promise_in_words_is_a_rule_on_the_questions_that_it_is_about() -> None:
    broken = [
        f"forms/{each.form}.form: “{each.words[:80]}”: {', '.join(each.broken)}" for each in promises() if each.broken
    ]
    assert not broken, "give these questions the property confidential, or promise less: " + "; ".join(broken)


def test_a_promise_that_somebody_sees_nothing_of_the_case_is_kept_by_its_process() -> None:
    assert barring() == {"barnsley/complaint": True, "barnsley/consider-complaint": True}


def test_the_promises_are_found() -> None:
    assert sorted({each.form for each in promises()}) == [
        "barnsley/answer-complaint",
        "barnsley/complaint",
        "barnsley/evidence-summary",
        "barnsley/sisg-meeting",
        "barnsley/sisg-summary",
    ]


def test_people_outside_are_asked_all_that_their_tasks_ask() -> None:
    """A question that is kept to other roles is not put to them, and nobody else would answer it."""
    assert unasked() == []
