"""The marshmallow schema of a form, made from its JSON: one class a form, one instance a person who answers.

Loading takes typed answers (``typed``) or JSON values (dates as ISO strings, numbers, booleans) and gives the
values to store. Hidden questions are left out before any field is asked; a blank answer is refused where the
question is required.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, pre_load

from engine.forms import answers, wording
from engine.forms.conditions import Asking, in_question, settle
from engine.forms.model import CHOICES, Component, may_see
from engine.forms.posted import MAX_ROWS, is_blank, is_blank_row

BLANK = ""


class FormSchema(Schema):
    """The questions of one form, or of one row of a list; ``asking`` says with which process variables and
    for whom."""

    class Meta:
        """Answers that no question asked for are left out; the class is in no registry, since a form may change."""

        unknown = EXCLUDE
        register = False

    components: ClassVar[tuple[Component, ...]] = ()

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self.before = asking
        self.asking = asking  # while loading: with the form's own answers

    @pre_load
    def keep_what_is_asked(self, data: Any, **options: Any) -> dict[str, Any]:
        """Leave only the answers of questions that are put to this person, blank ones as one blank."""
        given = data if isinstance(data, Mapping) else {}
        asked = in_question((each for each in self.components if is_asked(each, self.before)), self.before)
        tentative = {each.key: _tentative(each, given.get(each.key), self.before) for each in asked}
        hidden, self.asking = settle(asked, tentative, self.before)
        return {component.key: _given(component, given) for component in asked if component.key not in hidden}


def is_asked(component: Component, asking: Asking) -> bool:
    """Whether this person may answer the question at all, conditions apart."""
    return may_see(component, asking.roles) and not asking.readonly(component)


def _given(component: Component, given: Mapping[str, Any]) -> Any:
    answer = given.get(component.key)
    return BLANK if is_blank(component, answer) else answer


def _tentative(component: Component, given: Any, asking: Asking) -> Any:
    """The value as conditions see it before it is judged: null when blank or ill-shaped."""
    if is_blank(component, given):
        return nothing(component)
    if component.kind == "dynamiclist":
        return _tentative_rows(component, given, asking)
    try:
        return answers.parse(component, given, asking)
    except ValidationError:
        return None


def _tentative_rows(component: Component, given: Any, asking: Asking) -> list[dict[str, Any]]:
    rows = [row for row in given[:MAX_ROWS] if isinstance(row, Mapping)] if isinstance(given, list) else []
    return [{child.key: _tentative(child, row.get(child.key), asking) for child in component.inside} for row in rows]


def nothing(component: Component) -> Any:
    """What is stored when a question was put and not answered."""
    if component.kind in {"checklist", "dynamiclist", "filepicker"}:
        return []
    return False if component.kind == "checkbox" else None


class Answer(fields.Field[Any]):
    """The answer to one question."""

    def __init__(self, component: Component) -> None:
        super().__init__(metadata={"label": component.label, "kind": component.kind})
        self.component = component

    @property
    def asking(self) -> Asking:
        """What the whole form may look at, its own answers included."""
        assert isinstance(self.root, FormSchema)
        return self.root.asking

    @property
    def judging(self) -> Asking:
        """What the question's own limits look at: its own key means what was said last time, so that a meeting can be
        "not before the last one"."""
        assert isinstance(self.root, FormSchema)
        return self.asking.within({self.component.key: self.root.before.variables.get(self.component.key)})

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        if value == BLANK:
            return self._blank()
        parsed = answers.parse(self.component, value, self.asking)
        answers.enforce(self.component, parsed, self.judging)
        return parsed

    def _blank(self) -> Any:
        if self.component.rules.required and not self._has_no_options():
            raise ValidationError(wording.missing(self.component))
        return nothing(self.component)

    def _has_no_options(self) -> bool:
        """A choice among nothing cannot be made, so it is not demanded either (the page says that there is
        nothing)."""
        return self.component.kind in CHOICES and not self.asking.options(self.component)


class ListAnswer(Answer):
    """The answer to a list: one dict a row that holds anything. Errors are {row: {key: messages}}."""

    def __init__(self, component: Component) -> None:
        super().__init__(component)
        self.row_schema = schema_class(component.inside, "Row")

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        if value == BLANK:
            return self._blank()
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            raise ValidationError(wording.missing(self.component))
        if len(value) > MAX_ROWS:
            raise answers.refuse(self.component, f"must have {MAX_ROWS} entries or fewer")
        return self._rows(value)

    def _rows(self, given: list[Any]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        errors: dict[int, Any] = {}
        for number, row in enumerate(given):
            try:
                if not is_blank_row(self.component, row):
                    rows.append(self.row_schema(self.asking).load(row))
            except ValidationError as error:
                errors[number] = error.messages
        if errors:
            raise ValidationError(errors)
        return rows


def schema_class(components: Iterable[Component], name: str) -> type[FormSchema]:
    """The schema class of these questions."""
    asked = tuple(components)
    answer = {each.key: ListAnswer(each) if each.kind == "dynamiclist" else Answer(each) for each in asked}
    made: type[FormSchema] = type(name, (FormSchema,), answer)
    made.components = asked  # set afterwards, so that a question may have the key "components"
    return made


def flat(messages: Mapping[Any, Any], prefix: str = "") -> dict[str, list[str]]:
    """marshmallow's messages by the name of the input they belong to: {"visits-0-note": ["Enter the
    note"]}."""
    found: dict[str, list[str]] = {}
    for key, says in messages.items():
        if isinstance(says, Mapping):
            found |= flat(says, f"{prefix}{key}-")
        else:
            found[f"{prefix}{key}"] = [str(message) for message in says]
    return found
