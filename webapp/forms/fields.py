"""A form as the page's macros want it: every question a :class:`FieldView`, with nothing left to decide in a
template.

``templates/forms/fields.html`` turns the views into GOV.UK components; ``templates/forms/answers.html`` shows
stored answers. Ids and names of inputs are those that :mod:`engine.forms.posted` reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from engine.errors import TimerImpossible
from engine.forms import (
    MAX_ROWS,
    Asking,
    Component,
    DateFault,
    Evaluates,
    Form,
    as_text,
    asking_of,
    fill,
    is_shown,
    open_condition,
    read_date,
    showable,
    typed_of,
)
from webapp.forms import markdown
from webapp.forms.answers import Answer, answers, display

__all__ = ["Answer", "ErrorLink", "FieldView", "FormView", "ItemView", "RowView", "answers", "form_view"]

DATE_HINT = "For example, 27 3 2026"


@dataclass(frozen=True)
class ItemView:
    """One option to choose, or one box of a date (then ``faulty`` marks it red)."""

    value: str
    text: str
    checked: bool = False
    faulty: bool = False


@dataclass(frozen=True)
class RowView:
    """One row of a list: ``number`` is what its remove button sends."""

    number: int
    id: str
    legend: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True)
class FieldView:
    """One component of the page. ``kind`` chooses the macro; besides form-js's types there are "readonly" and
    "nothing".

    ``anchor`` is the id that the error summary links to. ``condition`` is FEEL over the form's own answers
    (names as in the form): when it is true the component does not matter, and a script may hide it; the
    server drops it anyway.
    """

    kind: str
    id: str = ""
    label: str = ""
    hint: str = ""
    error: str = ""
    value: str = ""
    items: tuple[ItemView, ...] = ()
    html: str = ""  # Markup, already safe
    condition: str = ""
    size: str = "m"
    classes: str = ""
    input_type: str = "text"
    inputmode: str = ""
    prefix: str = ""
    suffix: str = ""
    maxlength: int | None = None
    fields: tuple[FieldView, ...] = ()
    rows: tuple[RowView, ...] = ()
    add: str = ""
    can_remove: bool = False
    anchor: str = ""

    @property
    def options(self) -> list[dict[str, Any]]:
        """The items as the radios and checkboxes macros take them."""
        return [{"value": item.value, "text": item.text, "checked": item.checked} for item in self.items]


@dataclass(frozen=True)
class ErrorLink:
    """One line of the error summary."""

    text: str
    href: str


@dataclass(frozen=True)
class FormView:
    """A whole form, ready for the macros ``form_fields`` and ``form_errors``."""

    fields: tuple[FieldView, ...]
    action: str = ""
    saved: datetime | None = None
    """When this person saved the answers that it shows; None where they are not a draft."""
    writer: str = ""
    version: str = ""
    """Tells this person's form from another's, where somebody else signs in before it is sent."""

    @property
    def errors(self) -> list[ErrorLink]:
        """The error summary's lines, in page order."""
        return [ErrorLink(view.error, f"#{view.anchor or view.id}") for view in _flat(self.fields) if view.error]

    @property
    def conditions(self) -> frozenset[str]:
        """The conditions that a script looks at: those of everything on the page."""
        return frozenset(view.condition for view in _flat(self.fields) if view.condition)

    @property
    def has_lists(self) -> bool:
        """Whether a list's buttons are on the page, so that the Enter key needs another button to press
        first."""
        return any(view.kind == "dynamiclist" for view in _flat(self.fields))


def _flat(views: tuple[FieldView, ...]) -> Iterator[FieldView]:
    for view in views:
        yield view
        yield from _flat(view.fields)
        for row in view.rows:
            yield from _flat(row.fields)


def wrong_answers(
    form: Form | None, values: Mapping[str, Any], wrong: TimerImpossible
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """What was answered, and at each answer that a time was made of, why that cannot be; for :func:`form_view`.

    Raises the error itself when none of these answers is this form's.
    """
    asked = {each.key for each in form.fields} if form is not None else set()
    errors = {name: [str(wrong)] for name in wrong.names if name in asked}
    if form is None or not errors:
        raise wrong
    return form.typed(values), errors


def form_view(
    form: Form,
    variables: Mapping[str, Any],
    feel: Evaluates,
    roles: Collection[str],
    *,
    posted: Mapping[str, Any] | None = None,
    errors: Mapping[str, list[str]] | None = None,
    unseen: Collection[str] = (),
    role_names: Mapping[str, str] | None = None,
    action: str = "",
    corrects: bool = False,
    files: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> FormView:
    """The page of a form for a person with these roles.

    ``posted`` and ``errors`` are those of a FormInvalid (or what ``Form.edited`` gave). ``unseen`` names
    process variables that this person may not read: they are neither prefilled nor quoted, though conditions
    see them. ``role_names`` gives role ids their names for the note on confidential questions. ``action`` is
    the page's own URL; with it, the buttons of a list bring the person back to that list. ``corrects`` as in
    Form.initial. ``files`` are the names of the files that were added, by the key of the question that asks for them.
    """
    asking = asking_of(variables, feel, roles)
    hidden = {*unseen, *(key for key, may in form.confidential().items() if may.isdisjoint(roles))}
    shown = asking_of({key: value for key, value in variables.items() if key not in hidden}, feel, roles)
    answers_so_far = form.initial(shown.variables, corrects) | dict(posted or {}) | _names(files)
    page = _Page(form.own_keys(asking), asking, shown, errors or {}, frozenset(hidden), role_names or {})
    return FormView(page.views(form.components, answers_so_far, "", "m"), action)


def _names(files: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {key: list(names) for key, names in files.items()}


@dataclass(frozen=True)
class _Page:
    """Makes the views. ``asking`` decides what is hidden; ``shown`` is what this person may read of the
    case."""

    own: frozenset[str]
    asking: Asking
    shown: Asking
    errors: Mapping[str, list[str]]
    unseen: frozenset[str]
    role_names: Mapping[str, str] = field(default_factory=dict)

    def views(
        self, components: tuple[Component, ...], posted: Mapping[str, Any], prefix: str, size: str
    ) -> tuple[FieldView, ...]:
        seen = (each for each in components if is_shown(each, self.asking, self.own) and not self.is_kept(each))
        return tuple(self.view(each, posted, prefix, size) for each in seen)

    def is_kept(self, component: Component) -> bool:
        """Whether it only shows what this person may not read."""
        return component.key in self.unseen and self.asking.readonly(component)

    def view(self, component: Component, posted: Mapping[str, Any], prefix: str, size: str) -> FieldView:
        if component.kind == "group":
            return self.group(component, posted, prefix, size)
        if component.kind in {"text", "separator"}:
            html = markdown.to_html(fill(component.text, self.shown, markdown.quote))
            return FieldView(component.kind, html=html, condition=self.condition(component))
        return self.question(component, posted.get(component.key), prefix + component.key, size)

    def group(self, component: Component, posted: Mapping[str, Any], prefix: str, size: str) -> FieldView:
        return FieldView(
            "group",
            id=prefix + component.path.replace("[", "-").replace("]", "").replace(".", "-"),
            label=component.label,
            hint=self.hint(component),
            condition=self.condition(component),
            fields=self.views(component.children, posted, prefix, "s"),
            size=size,
        )

    def question(self, component: Component, posted: Any, name: str, size: str) -> FieldView:
        if self.asking.readonly(component):
            return FieldView("readonly", name, component.label, value=self.readable(component), size=size)
        messages = self.errors.get(name, [])
        common: dict[str, Any] = {
            "id": name,
            "label": component.label + ("" if self.is_plain(component) else " (optional)"),
            "hint": self.hint(component),
            "error": messages[0] if messages else "",
            "condition": self.condition(component),
            "size": size,
        }
        return FieldView(**{"kind": component.kind, **common, **self.details(component, posted, name, common)})

    def details(self, component: Component, posted: Any, name: str, common: dict[str, Any]) -> dict[str, Any]:
        """What only this kind of question has."""
        match component.kind:
            case "datetime":
                return _date(posted, name, common)
            case "radio" | "select" | "checklist":
                return self.choice(component, posted)
            case "filepicker":
                names = posted if isinstance(posted, list) else []
                adds = component.multiple or not names
                return {"items": tuple(ItemView(each, each) for each in names), "add": "Add files" if adds else ""}
            case "checkbox":
                return {"items": (ItemView("true", common["label"], posted in ("true", True)),)}
            case "dynamiclist":
                return self.list(component, posted, name)
            case _:
                return {"value": showable(as_text(posted)), **self.text(component)}

    def text(self, component: Component) -> dict[str, Any]:
        longest = self.asking.limit(component.rules.max_length)
        maxlength = int(longest) if isinstance(longest, int | float) else None
        if component.kind == "number":
            whole = component.rules.decimals == 0
            look = {"classes": "govuk-input--width-5", "inputmode": "numeric" if whole else "decimal"}
        else:
            look = {"classes": _width(maxlength), "inputmode": ""}
        input_type = {"email": "email", "phone": "tel"}.get(component.rules.format, "text")
        affixes = {"prefix": component.prefix, "suffix": component.suffix}
        return {"maxlength": maxlength, "input_type": input_type, **look, **affixes}

    def choice(self, component: Component, posted: Any) -> dict[str, Any]:
        chosen = set(map(as_text, posted)) if isinstance(posted, list) else {as_text(posted)}
        items = tuple(
            ItemView(as_text(option.value), option.label, as_text(option.value) in chosen)
            for option in self.shown.options(component)
        )
        short = len(items) == 2 and all(len(item.text) <= 5 for item in items)
        inline = "govuk-radios--inline" if component.kind == "radio" and short else ""
        return {"items": items, "classes": inline, **({} if items else {"kind": "nothing"})}

    def list(self, component: Component, posted: Any, name: str) -> dict[str, Any]:
        given = posted if isinstance(posted, list) else []
        rows = tuple(self.row(component, row, f"{name}-{at}", at) for at, row in enumerate(given[:MAX_ROWS]))
        room = len(rows) < MAX_ROWS and not component.fixed_rows
        first = next((view.id for row in rows for view in row.fields if view.id), f"{name}-add")
        return {
            "rows": rows,
            "add": f"Add {'another ' if rows else ''}{component.entry}" if room else "",
            "can_remove": not component.fixed_rows,
            "anchor": first,
        }

    def row(self, component: Component, posted: Any, name: str, at: int) -> RowView:
        noun = component.entry
        fields = self.views(component.children, posted if isinstance(posted, Mapping) else {}, f"{name}-", "s")
        return RowView(at, name, f"{noun[:1].upper()}{noun[1:]} {at + 1}", fields)

    def condition(self, component: Component) -> str:
        return open_condition(component.hide, self.own) if component.hide else ""

    def is_plain(self, component: Component) -> bool:
        """Whether the label needs no "(optional)"."""
        return component.rules.required or component.kind in {"checkbox", "dynamiclist"}

    def hint(self, component: Component) -> str:
        hint = fill(component.description, self.shown) or (DATE_HINT if component.kind == "datetime" else "")
        return f"{hint} {self.note(component)}".strip()

    def note(self, component: Component) -> str:
        """Who will see the answer, said once where the form says so."""
        if "confidential" not in component.properties:
            return ""
        names = [self.role_names.get(role, role) for role in sorted(component.confidential or ())]
        first = " for now" if any(each.until for each in component.kept) else ""
        return f"Confidential: only you and these roles will see it{first}: {', '.join(names) or 'none'}."

    def readable(self, component: Component) -> str:
        value = self.shown.variables.get(component.key, component.default)
        shown = display(component, value, self.shown)
        return shown if isinstance(shown, str) else ", ".join(shown)


def _date(posted: Any, name: str, common: Mapping[str, Any]) -> dict[str, Any]:
    boxes = posted if isinstance(posted, Mapping) else typed_of(Component("datetime", ""), posted)
    texts = {part: showable(as_text(boxes.get(part))) for part in ("day", "month", "year")}
    faulty = _faulty_parts(texts) if common["error"] else ()
    items = tuple(ItemView(text, part, faulty=part in faulty) for part, text in texts.items())
    return {"items": items, "anchor": f"{name}-{faulty[0]}" if faulty else ""}


def _faulty_parts(texts: Mapping[str, str]) -> tuple[str, ...]:
    found = read_date(texts["day"], texts["month"], texts["year"])
    return found.parts if isinstance(found, DateFault) else ("day", "month", "year")


def _width(maxlength: int | None) -> str:
    fits = (width for width in (5, 10, 20) if maxlength is not None and maxlength <= width)
    return "".join(f"govuk-input--width-{width}" for width in list(fits)[:1])
