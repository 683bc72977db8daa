"""Where a form, or the guidance of the task that asks it, promises that not everybody reads what is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from lxml import etree

from engine.forms import Component, load_form
from engine.forms.model import questions

ROOT = Path(__file__).resolve().parent.parent.parent
#: Words that promise it. "They will not see this case" is a promise of the whole case, which the process keeps (``bars``).
PROMISE = re.compile(
    r"nobody else|no one else|in confidence|confidential|in private|(?:can[’']t|cannot) (?:read|see)"
    r"|will not (?:read|see)|only [^.]{0,90}\b(?:can|may|will) (?:read|see)\b",
    re.IGNORECASE,
)
OF_THE_CASE = re.compile(r"will not see this case", re.IGNORECASE)
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"


@dataclass(frozen=True)
class Promise:
    """A promise in words: in which file, which words, and the questions that it is about."""

    form: str
    words: str
    about: tuple[Component, ...]

    @property
    def broken(self) -> list[str]:
        """The questions that somebody answers there and that no rule keeps to anybody."""
        return [each.key for each in self.about if each.confidential is None and each.readonly is not True]


def forms() -> Iterator[tuple[str, tuple[Component, ...]]]:
    for file in sorted(ROOT.glob("forms/*/*.form")):
        yield f"{file.parent.name}/{file.stem}", load_form(file.read_bytes()).components


def promises() -> list[Promise]:
    """Every promise of a form's own words, and of the guidance of the tasks that ask it."""
    guidance = _guidance()
    found = []
    for name, components in forms():
        found += [Promise(name, words, about) for words, about in _of_words(components)]
        texts = tuple(each for each in questions(components) if each.kind == "textarea")
        found += [Promise(name, words, texts) for words in guidance.get(name, ()) if PROMISE.search(words)]
    return found


def _of_words(components: tuple[Component, ...]) -> Iterator[tuple[str, tuple[Component, ...]]]:
    """What a component promises is of its question, its group's, or, in a text, of the questions that stand beside it."""
    for each in components:
        beside = questions(components) if each.kind == "text" else each.inside if each.kind == "group" else (each,)
        for words in (each.label, each.description, each.text):
            if PROMISE.search(words) and not OF_THE_CASE.search(words):
                yield words, beside
        if each.kind == "group":
            yield from _of_words(each.children)


@cache
def _guidance() -> dict[str, list[str]]:
    """The documentation of the tasks that ask each form."""
    found: dict[str, list[str]] = {}
    for file in sorted(ROOT.glob("processes/*/*.bpmn")):
        for element in etree.parse(file).iter(f"{BPMN}userTask", f"{BPMN}startEvent"):
            if form := element.get(f"{CAMUNDA}formKey"):
                found.setdefault(form, []).extend(each.text or "" for each in element.findall(f"{BPMN}documentation"))
    return found


def unasked() -> list[str]:
    """The questions of tasks for people outside that are kept from a role that the task is for: "form: key (role)"."""
    kept = {
        name: [each for each in questions(components) if each.confidential is not None and each.readonly is not True]
        for name, components in forms()
    }
    return [
        f"{form}: {each.key} ({role})"
        for form, roles in _outside()
        for each in kept.get(form, ())
        for role in roles
        if role not in (each.confidential or ())
    ]


def _outside() -> Iterator[tuple[str, list[str]]]:
    """The form of each task with the roles of people outside the authority that it is for; an expression that names no role may
    give any, and stands for itself."""
    for file in sorted(ROOT.glob("processes/*/*.bpmn")):
        known = yaml.safe_load((ROOT / f"config/authorities/{file.parent.name}.yaml").read_text(encoding="utf-8"))[
            "roles"
        ]
        contacts = {each["id"] for each in known if each.get("kind") == "contact"}
        for element in etree.parse(file).iter(f"{BPMN}userTask"):
            roles = element.get(f"{CAMUNDA}candidateGroups", "")
            named = re.findall(r"[\w.-]+", roles)
            if form := element.get(f"{CAMUNDA}formKey"):
                yield form, [each for each in named if each in contacts or (roles.startswith("=") and "." in each)]


def barring() -> dict[str, bool]:
    """By form whose words promise that somebody will not see the case: whether all processes that ask it say whom they bar."""
    named = {
        name
        for name, components in forms()
        for each in questions(components)
        if OF_THE_CASE.search(f"{each.label} {each.description}")
    }
    asked = {name: [text for text in _processes() if f'formKey="{name}"' in text] for name in named}
    return {name: bool(texts) and all('name="bars"' in text for text in texts) for name, texts in asked.items()}


def _processes() -> list[str]:
    return [file.read_text(encoding="utf-8") for file in sorted(ROOT.glob("processes/*/*.bpmn"))]
