"""A form: what it asks, of whom, and how a submission becomes process variables."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from marshmallow import ValidationError

from engine.errors import FormInvalid, FormUnreadable
from engine.forms import checking
from engine.forms.conditions import Asking, hidden_for_sure, in_question, mentions
from engine.forms.model import DECIDING, Checks, Component, Evaluates, may_see, questions
from engine.forms.posted import Posted, Typed, collect, edited, typed_of
from engine.forms.reader import Reader, parse_json
from engine.forms.schema import FormSchema, flat, is_asked, nothing, schema_class


@dataclass(frozen=True, eq=False)
class Form:
    """One form. ``components`` is the tree as drawn; :attr:`fields` the questions in it.

    ``roles`` in the methods are the role ids of the person who looks or answers: questions that are
    confidential to other roles are neither put to them nor read. None stands for the engine itself and leaves
    nothing out.
    """

    id: str
    components: tuple[Component, ...]

    @cached_property
    def fields(self) -> tuple[Component, ...]:
        """Every question, in page order, groups opened; a list is one question."""
        return questions(self.components)

    def field(self, key: str) -> Component | None:
        """The question with this key."""
        return next((component for component in self.fields if component.key == key), None)

    def confidential(self) -> dict[str, frozenset[str]]:
        """The variables that only some roles (and whoever wrote them) may see: {key: role ids}."""
        return {each.key: each.confidential for each in self.fields if each.confidential is not None}

    def quotes(self, keys: Collection[str]) -> set[str]:
        """Which of these variables its page shows: in its texts, as options, or in questions that nobody answers there."""
        quoted = list(checking.quoted(self.components))
        shown = {each.key for each in self.fields if each.readonly}
        return {key for key in keys if key in shown or any(mentions(text, {key}) for text in quoted)}

    @cached_property
    def opens(self) -> bool:
        """Whether anything that is confidential in it may become open as a case goes on."""
        return any(each.until for component in self.fields for each in component.kept)

    def in_case(self, variables: Mapping[str, Any], feel: Evaluates) -> Form:
        """The form as a case stands that has these variables: without the confidentiality that has ended."""
        if not self.opens:
            return self
        asking = asking_of(variables, feel, None)
        return Form(self.id, tuple(_opened(each, asking) for each in self.components))

    def schema(self, variables: Mapping[str, Any], feel: Evaluates, roles: Collection[str] | None = None) -> FormSchema:
        """A marshmallow schema for one person's answers; its ``load`` takes typed answers or JSON values."""
        return self._schema_class(asking_of(variables, feel, roles))

    @cached_property
    def _schema_class(self) -> type[FormSchema]:
        return schema_class(self.fields, "FormOf" + "".join(filter(str.isalnum, self.id.title())))

    def read(
        self, raw: Posted, variables: Mapping[str, Any], feel: Evaluates, roles: Collection[str] | None = None
    ) -> dict[str, Any]:
        """The values of a submitted page, ready to be stored as process variables.

        Raises :class:`FormInvalid`, with a message for each answer that is missing or wrong and with what was
        typed.
        """
        return self.accept(self.entered(raw, variables, feel, roles), variables, feel, roles)

    def entered(
        self, raw: Posted, variables: Mapping[str, Any], feel: Evaluates, roles: Collection[str] | None = None
    ) -> Typed:
        """What was typed into a submitted page, not judged: what :meth:`accept` takes, and a page shows again."""
        return collect(self._asked(variables, feel, roles), raw)

    def accept(
        self,
        given: Mapping[str, Any],
        variables: Mapping[str, Any],
        feel: Evaluates,
        roles: Collection[str] | None = None,
    ) -> dict[str, Any]:
        """The values of answers given as JSON, or typed; as :meth:`read`. Answers to questions that were not
        put are dropped."""
        try:
            values: dict[str, Any] = self.schema(variables, feel, roles).load(given)
            return values
        except ValidationError as error:
            errors = flat(error.messages if isinstance(error.messages, dict) else {"": error.messages})
            raise FormInvalid(errors=self._in_page_order(errors), raw=dict(given)) from None

    def _in_page_order(self, errors: dict[str, list[str]]) -> dict[str, list[str]]:
        order = {component.key: at for at, component in enumerate(self.fields)}
        return dict(sorted(errors.items(), key=lambda item: order.get(item[0].partition("-")[0], 0)))

    def edited(
        self, raw: Posted, variables: Mapping[str, Any], feel: Evaluates, roles: Collection[str] | None = None
    ) -> Typed | None:
        """When a list's "add" or "remove" button was pressed: what was typed, with that row added or removed;
        else None.

        Ask this before :meth:`read`, and show the page again with it: the answers are not judged yet.
        """
        return edited(self._asked(variables, feel, roles), raw)

    def initial(self, variables: Mapping[str, Any], corrects: bool = False) -> Typed:
        """What the page shows at first: nothing, or the form's default values.

        What was said before is no answer to what is asked now, so the process variables of the same names show only in
        questions whose answers last (``prefill`` = ``keep``) and, where the task ``corrects`` its last answers, in all
        but choices.
        """

        def first(question: Component) -> Any:
            before = question.lasting or (corrects and question.kind not in DECIDING)
            return variables.get(question.key, question.default) if before else question.default

        return {each.key: typed_of(each, first(each)) for each in self.fields}

    def typed(self, values: Mapping[str, Any]) -> Typed:
        """Values as they would have been typed, to be shown again and changed; defaults for those that are not there."""
        return {each.key: typed_of(each, values.get(each.key, each.default)) for each in self.fields}

    def unanswered(self) -> dict[str, Any]:
        """The values of a form that nobody answered: a blank for each question."""
        return {each.key: nothing(each) for each in self.fields}

    def _asked(self, variables: Mapping[str, Any], feel: Evaluates, roles: Collection[str] | None) -> list[Component]:
        asking = asking_of(variables, feel, roles)
        return [component for component in self.fields if is_asked(component, asking)]

    def visible_fields(
        self, variables: Mapping[str, Any], roles: Collection[str] | None, feel: Evaluates
    ) -> tuple[Component, ...]:
        """The questions that this person's page shows: not confidential to others, and not hidden whatever is
        answered."""
        asking = asking_of(variables, feel, roles)
        own = self.own_keys(asking)
        return tuple(each for each in self.fields if is_shown(each, asking, own))

    def own_keys(self, asking: Asking) -> frozenset[str]:
        """The keys whose values this person's page may still change."""
        asked = in_question((each for each in self.fields if is_asked(each, asking)), asking)
        return frozenset(each.key for component in asked for each in (component, *component.inside))

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of all questions, those inside lists too."""
        inside = (child.key for component in self.fields for child in component.inside)
        return frozenset({*(component.key for component in self.fields), *inside})

    def check(self, feel: Checks | None = None) -> list[checking.Finding]:
        """What lint says about the form; expressions are looked at when FEEL is given."""
        return checking.findings(self.components, self.keys, feel)


def _opened(component: Component, asking: Asking) -> Component:
    kept = tuple(each for each in component.kept if not (each.until and asking.value(each.until) is True))
    return replace(component, kept=kept, children=tuple(_opened(each, asking) for each in component.children))


def is_shown(component: Component, asking: Asking, own: Collection[str]) -> bool:
    """Whether the page shows the component, where ``own`` are the keys that the page may change. One that
    depends on these is shown: without JavaScript the page cannot change, so it is the submission that drops
    it."""
    if not may_see(component, asking.roles):
        return False
    return not any(hidden_for_sure(condition, own, asking) for condition in component.conditions)


def asking_of(variables: Mapping[str, Any], feel: Evaluates, roles: Collection[str] | None) -> Asking:
    """What a form may look at, for a person with these roles."""
    return Asking(variables, feel, None if roles is None else frozenset(roles))


def load_form(data: bytes | str | dict[str, Any]) -> Form:
    """The form in a .form file or its JSON object. Raises :class:`FormUnreadable` with the path of the first
    problem.

    The same bytes give the same Form object, so its schema is made once.
    """
    try:
        return _load(json.dumps(data) if isinstance(data, dict) else data)
    except RecursionError:
        raise FormUnreadable(form="", reason="it is nested too deeply", path="the whole file") from None


@lru_cache(maxsize=512)
def _load(data: bytes | str) -> Form:
    try:
        json_data = parse_json(data)
    except ValueError as error:
        raise FormUnreadable(form="", reason=str(error), path="the whole file") from None
    reader = Reader()
    form_id, components = reader.root(json_data)
    if reader.problems:
        problem = reader.problems[0]
        raise FormUnreadable(form=form_id, reason=problem.message, path=problem.path or "the whole file")
    return Form(form_id, components)
