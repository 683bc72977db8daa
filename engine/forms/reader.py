"""form-js JSON to components. Everything that would make a form act wrongly is a problem with its path; none
is guessed away."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from engine.forms.model import KINDS, MAX_DEPTH, QUESTIONS, Component, Kept, Limit, Option, Rules, questions

MAX_BYTES = 1_000_000
#: Characters that one text of a form may have.
LONGEST_TEXT = 20_000
#: Digits that a whole number may have.
LONGEST_NUMBER = 300
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ENDING = re.compile(r"\.[a-z0-9]+")
_FEEL_WORDS = frozenset(
    {"and", "between", "else", "every", "false", "for", "function", "if", "in", "instance", "not", "null"}
    | {"of", "or", "return", "satisfies", "some", "then", "true"}
)
_TAKEN = frozenset({"csrf_token"})


class Problem(NamedTuple):
    """What is wrong with a form, and where: ``components[2].validate.min``. Only an error keeps it from being
    deployed."""

    path: str
    message: str
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True)
class _Around:
    """What a component inherits from the groups and the list around it."""

    conditions: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    in_list: bool = False
    depth: int = 0


@dataclass
class Reader:
    """Reads the JSON of one form, and notes every problem on the way."""

    problems: list[Problem] = field(default_factory=list)

    def root(self, data: Any) -> tuple[str, tuple[Component, ...]]:
        """The form's id and its components."""
        if not isinstance(data, dict):
            self.note("", "a form is a JSON object")
            return "", ()
        if data.get("type", "default") != "default":
            self.note("type", 'the type of a form is "default"')
        components = self.components(data, "components", _Around())
        self._unique(components)
        return self.text(data, "id", ""), components

    def note(self, path: str, message: str) -> None:
        """Remember a problem."""
        self.problems.append(Problem(path, message))

    def components(self, parent: Mapping[str, Any], path: str, around: _Around) -> tuple[Component, ...]:
        """The components inside a form, a group or a list."""
        items = parent.get("components")
        if not isinstance(items, list):
            self.note(path, '"components" must be a list')
            return ()
        if around.depth > MAX_DEPTH:
            self.note(path, "groups are nested too deeply")
            return ()
        found = [self.component(item, f"{path}[{at}]", around) for at, item in enumerate(items)]
        return tuple(component for component in found if component is not None)

    def component(self, data: Any, path: str, around: _Around) -> Component | None:
        """One component; None when it is of no known type."""
        kind = data.get("type") if isinstance(data, dict) else None
        if not isinstance(kind, str) or kind not in KINDS:
            self.note(path, f'the component type "{kind}" is not known; use one of {", ".join(sorted(KINDS))}')
            return None
        made = self._plain(data, kind, path, around)
        if kind in QUESTIONS:
            made = self._question(data, made, around)
        return self._with_children(data, made, around) if kind in {"group", "dynamiclist"} else made

    def _plain(self, data: Mapping[str, Any], kind: str, path: str, around: _Around) -> Component:
        hide = self.text(self.part(data, "conditional", path), "hide", f"{path}.conditional")
        properties = self._properties(data, path)
        return Component(
            kind=kind,
            path=path,
            id=self.text(data, "id", path),
            label=self.text(data, "dateLabel", path) or self.text(data, "label", path),
            description=self.text(data, "description", path),
            text=self.text(data, "text", path),
            hide=hide,
            conditions=(*around.conditions, hide) if hide else around.conditions,
            kept=(*around.kept, *_kept(properties)),
            properties=properties,
        )

    def _question(self, data: Mapping[str, Any], made: Component, around: _Around) -> Component:
        if made.kind == "datetime" and data.get("subtype", "date") != "date":
            self.note(f"{made.path}.subtype", 'only the subtype "date" can be used')
        adorners = self.part(data, "appearance", made.path)
        return replace(
            made,
            key=self._key(data, made, around),
            rules=self._rules(data, made.path),
            options=self._options(data, made.path),
            options_expression=self.text(data, "valuesExpression", made.path),
            readonly=self._readonly(data, made.path),
            default=data.get("defaultValue"),
            prefix=self.text(adorners, "prefixAdorner", made.path),
            suffix=self.text(adorners, "suffixAdorner", made.path),
            **(self._files(data, made.path, around) if made.kind == "filepicker" else {}),
        )

    def _files(self, data: Mapping[str, Any], path: str, around: _Around) -> dict[str, Any]:
        """Which files a question takes, and whether several."""
        if around.in_list:
            self.note(path, "a file cannot be asked for inside a list: ask for several files beside it")
        endings = [each.strip().lower() for each in self.text(data, "accept", path).split(",") if each.strip()]
        if any(not _ENDING.fullmatch(each) for each in endings):
            self.note(f"{path}.accept", '"accept" names the endings of files, with commas between: .pdf,.docx')
        multiple = data.get("multiple", False)
        if not isinstance(multiple, bool):
            self.note(f"{path}.multiple", '"multiple" must be true or false')
        return {"accept": tuple(each.removeprefix(".") for each in endings), "multiple": multiple is True}

    def _with_children(self, data: Mapping[str, Any], made: Component, around: _Around) -> Component:
        if made.kind == "group" and self.text(data, "path", made.path):
            self.note(f"{made.path}.path", "a group has no path here: every answer is a process variable of its own")
        is_list = made.kind == "dynamiclist"
        # A list is hidden as a whole, so its rows' questions carry only their own conditions.
        inside = _Around(() if is_list else made.conditions, made.kept, around.in_list or is_list, around.depth + 1)
        children = self.components(data, f"{made.path}.components", inside)
        return self._list(data, made, children) if is_list else replace(made, children=children)

    def _list(self, data: Mapping[str, Any], made: Component, children: tuple[Component, ...]) -> Component:
        # The list is one variable, so what one of its questions hides, it hides.
        inside = (each for child in questions(children) for each in child.kept)
        return replace(
            made,
            children=children,
            kept=tuple(dict.fromkeys((*made.kept, *inside))),
            repetitions=self._count(data, "defaultRepetitions", made.path, 1),
            fixed_rows=data.get("allowAddRemove") is False,
        )

    def _key(self, data: Mapping[str, Any], made: Component, around: _Around) -> str:
        if made.kind == "dynamiclist" and around.in_list:
            self.note(made.path, "a list cannot stand inside a list")
        key = self.text(data, "key", made.path)
        if made.kind == "dynamiclist":
            key = self.text(data, "path", made.path) or key
        if not _KEY.fullmatch(key) or key in _FEEL_WORDS or key in _TAKEN:
            self.note(f"{made.path}.key", f'the key "{key}" must be a FEEL name of letters, digits and underscores')
        return key

    def _rules(self, data: Mapping[str, Any], path: str) -> Rules:
        given, where = self.part(data, "validate", path), f"{path}.validate"
        required = given.get("required", False)
        if not isinstance(required, bool):
            self.note(f"{where}.required", '"required" must be true or false')
        return Rules(
            required=required is True,
            min_length=self._limit(given, "minLength", where),
            max_length=self._limit(given, "maxLength", where),
            min=self._limit(given, "min", where),
            max=self._limit(given, "max", where),
            pattern=self.text(given, "pattern", where),
            format=self._format(given, where),
            decimals=None if "decimalDigits" not in data else self._count(data, "decimalDigits", path, 0),
        )

    def _limit(self, given: Mapping[str, Any], name: str, path: str) -> Limit:
        limit = given.get(name)
        if limit == "":  # what form-js's editor leaves behind when a limit is cleared
            return None
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int | float | str)):
            self.note(f"{path}.{name}", f'"{name}" must be a number, a date or FEEL')
            return None
        return limit

    def _format(self, given: Mapping[str, Any], path: str) -> str:
        wanted = self.text(given, "validationType", path)
        if wanted not in {"", "custom", "email", "phone"}:
            self.note(f"{path}.validationType", f'the validation type "{wanted}" is not known')
        return "" if wanted == "custom" else wanted

    def _options(self, data: Mapping[str, Any], path: str) -> tuple[Option, ...]:
        given = data.get("values", [])
        if not isinstance(given, list):
            self.note(f"{path}.values", '"values" must be a list')
            return ()
        return tuple(self._option(value, f"{path}.values[{at}]") for at, value in enumerate(given))

    def _option(self, given: Any, path: str) -> Option:
        value = given.get("value") if isinstance(given, dict) else None
        if not isinstance(value, str | int | float) or value == "":
            self.note(path, "an option needs a value and a label")
            return Option("", "")
        return Option(value, self.text(given, "label", path) or str(value))

    def _readonly(self, data: Mapping[str, Any], path: str) -> bool | str:
        given = data.get("readonly", False)
        if not isinstance(given, bool | str):
            self.note(f"{path}.readonly", '"readonly" must be true, false or FEEL')
        return (
            given if isinstance(given, str) and given.startswith("=") else given is True or data.get("disabled") is True
        )

    def _properties(self, data: Mapping[str, Any], path: str) -> dict[str, str]:
        given = self.part(data, "properties", path)
        return {name: self.text(given, name, f"{path}.properties") for name in given}

    def _count(self, data: Mapping[str, Any], name: str, path: str, otherwise: int) -> int:
        given = data.get(name, otherwise)
        if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= 50:
            self.note(f"{path}.{name}", f'"{name}" must be a whole number from 0 to 50')
            return otherwise
        return given

    def part(self, data: Mapping[str, Any], name: str, path: str) -> Mapping[str, Any]:
        """An object inside an object; empty when it is absent."""
        given = data.get(name)
        if given is None:
            return {}
        if not isinstance(given, dict):
            self.note(f"{path}.{name}", f'"{name}" must be an object')
            return {}
        return given

    def text(self, data: Mapping[str, Any], name: str, path: str) -> str:
        """A string inside an object; empty when it is absent."""
        given = data.get(name)
        if given is not None and not isinstance(given, str):
            self.note(f"{path}.{name}".lstrip("."), f'"{name}" must be text')
        return given if isinstance(given, str) else ""

    def _unique(self, components: tuple[Component, ...]) -> None:
        asked = questions(components)
        for among in (asked, *(each.inside for each in asked if each.kind == "dynamiclist")):
            seen: set[str] = set()
            for component in among:
                if component.key in seen:
                    self.note(f"{component.path}.key", f'the key "{component.key}" is used twice')
                seen.add(component.key)


def parse_json(data: bytes | str, careful: bool = False) -> Any:
    """The JSON in a form file. Raises ValueError with a reason when there is none.

    ``careful``: refuse too what is read otherwise than it looks, the same key twice and numbers that are too large. Forms
    that were deployed before go on without.
    """
    if len(data) > MAX_BYTES:
        raise ValueError("the file is larger than 1 MB")
    hooks: dict[str, Any] = {"object_pairs_hook": _once, "parse_float": _number} if careful else {}
    try:
        found = json.loads(data, parse_constant=_no_constant, parse_int=_whole, **hooks)
        # Half a character pair can be written in JSON, but not on a page.
        json.dumps(found, ensure_ascii=False).encode()
        _check_texts(found)
        return found
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON from line {error.lineno}, column {error.colno} on") from None
    except UnicodeDecodeError:
        raise ValueError("it is not written in UTF-8: save it as UTF-8") from None
    except UnicodeEncodeError as error:
        raise ValueError(f"it holds half of a character, U+{ord(error.object[error.start]):04X}: take it out") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f'"{twice[:40]}" stands twice in one place, and only the last would count')
    return found


def _number(text: str) -> float:
    if math.isinf(found := float(text)):
        raise ValueError(f"{text[:40]} is too large a number")
    return found


def _whole(text: str) -> int:
    """A whole number. Python takes some seconds for one of thousands of digits, and so refuses it."""
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"{text[:20]}… is too large a number")
    return int(text)


def _check_texts(found: Any) -> None:
    """No text is longer than people read, and than those who read it were made for. Raises ValueError."""
    left = [found]
    while left:
        each = left.pop()
        if isinstance(each, str) and len(each) > LONGEST_TEXT:
            raise ValueError(f"a text in it is longer than {LONGEST_TEXT:,} characters: “{each[:40]}…”")
        left += each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()


def _no_constant(name: str) -> Any:
    raise ValueError(f"it is not JSON: {name} is no number there")


def _kept(properties: Mapping[str, str]) -> tuple[Kept, ...]:
    """What ``properties.confidential`` says; an empty list of roles lets nobody but the author see the answer."""
    if "confidential" not in properties:
        return ()
    roles = frozenset(role.strip() for role in properties["confidential"].split(",") if role.strip())
    return (Kept(roles, properties.get("confidentialUntil", "").strip()),)
