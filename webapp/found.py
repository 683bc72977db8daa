"""What the engine finds, in the words of the modeller's panel: a process owner sees fields, no attributes of XML."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

from engine.lint import Finding
from webapp.static_files import FOLDER

#: Labels of fields by the attribute, property or parameter that they write: the build makes it of the panel's own list.
LABELS = FOLDER / "panel.json"
_ATTRIBUTE = re.compile(r"\b(?:an? )?camunda:(\w+)(?: \(role ids\))?")
_PROPERTY = re.compile(r'\b(?:the |its )?property "?(\w+)"?')
_PARAMETER = re.compile(r'\b(?:the )?parameter "?(\w+)"?')
#: What stands in quotation marks is what a diagram says; outside them, a name in camel case is an attribute's.
_QUOTED = re.compile(r'("[^"]*"|“[^”]*”)')
_CAMEL = re.compile(r"(?<![\w.])(?:the )?([a-z]+[A-Z]\w*)(?: \(role ids\))?(?![\w.(])")


def in_words(findings: Iterable[Finding]) -> list[Finding]:
    """The same findings; an attribute that the panel has a field for is named by the field's label."""
    return [replace(each, message=worded(each.message), remedy=worded(each.remedy)) for each in findings]


def worded(text: str) -> str:
    """A sentence of a finding in the panel's words."""
    labels = _labels()
    for pattern, kind in ((_ATTRIBUTE, "attributes"), (_PROPERTY, "attributes"), (_PARAMETER, "parameters")):
        text = _named(pattern, labels[kind], text)
    text = text.replace("camunda:inputParameter", "input parameter")
    parts = _QUOTED.split(text)
    return "".join(each if at % 2 else _named(_CAMEL, labels["attributes"], each) for at, each in enumerate(parts))


def _named(pattern: re.Pattern[str], labels: Mapping[str, str], text: str) -> str:
    return pattern.sub(lambda found: f"“{labels[found[1]]}”" if found[1] in labels else found[0], text)


@cache
def _labels() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(LABELS.read_text(encoding="utf-8"))
    return found
