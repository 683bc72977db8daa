"""Where an authority's files say something: each text of a diagram, table or form, with the element, decision or question that
it stands at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.diagram import BPMN, read_xml
from engine.errors import ParseFailed

_SETTING = re.compile(r"\bsettings\.(\w+)")
#: Whoever asks for settings so may read any of them.
_ANY = re.compile(r"\bget (?:value|entries)\(\s*settings\b")
_PROCESS = f"{{{BPMN}}}process"
_HOLDERS = frozenset(f"{{{BPMN}}}{each}" for each in ("process", "subProcess", "transaction", "adHocSubProcess"))
_ABOUT = frozenset(f"{{{BPMN}}}{each}" for each in ("extensionElements", "documentation", "laneSet", "ioSpecification"))
#: What only people read.
_SAID = frozenset({"documentation", "description"})


@dataclass(frozen=True)
class Place:
    """An element of a process, a decision of a table, or a question of a form. ``title`` is the process, table or form."""

    kind: str
    key: str
    title: str
    element: str = ""
    name: str = ""


def places(files: Mapping[str, bytes]) -> Iterator[tuple[Place, str]]:
    """Every text of these files with its place. What cannot be read is passed over: its own check tells of it."""
    for name, content in files.items():
        try:
            yield from _of_form(name, content) if name.endswith(".form") else _of_xml(name, content)
        except (ParseFailed, ValueError):
            continue


def settings_read(files: Mapping[str, bytes]) -> dict[str, list[Place]]:
    """By the name of a setting, where files read it; under "" those who may read any."""
    found: dict[str, dict[Place, None]] = {}
    for place, text in places(files):
        names = [*_SETTING.findall(text), *([""] if _ANY.search(text) else [])]
        for name in names:
            found.setdefault(name, {})[place] = None
    return {name: list(each) for name, each in found.items()}


def reads_settings(content: bytes, names: frozenset[str]) -> bool:
    """Whether a file's text has one of these settings, or asks for any."""
    text = content.decode("utf-8", "replace")
    return not names.isdisjoint(_SETTING.findall(text)) or _ANY.search(text) is not None


def names(content: bytes, idents: frozenset[str]) -> bool:
    """Whether a file's text has one of these ids as a word of its own."""
    return bool(idents) and _word(idents).search(content.decode("utf-8", "replace")) is not None


def named(files: Mapping[str, bytes], ident: str) -> list[Place]:
    """Where files name a role or a clause by its id."""
    word = _word([ident])
    return list(dict.fromkeys(place for place, text in places(files) if word.search(text)))


def _word(idents: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, sorted(idents)))})(?![\w-])(?!\.\w)")


def _of_xml(name: str, content: bytes) -> Iterator[tuple[Place, str]]:
    root = read_xml(content, name)
    at = _decision_at if name.endswith(".dmn") else _element_at
    for node in root.iter("{*}*"):
        if etree.QName(node).localname in _SAID:
            continue
        texts = [str(each) for each in node.attrib.values()] + ([node.text] if node.text and node.text.strip() else [])
        if texts and (place := at(node)) is not None:
            yield from ((place, text) for text in texts)


def _decision_at(node: etree._Element) -> Place | None:
    for each in (node, *node.iterancestors()):
        if etree.QName(each).localname == "decision":
            name = each.get("name") or each.get("id") or ""
            return Place("table", each.get("id", ""), name)
    return None


def _element_at(node: etree._Element) -> Place | None:
    """The innermost element of a process that a node belongs to; the process itself for what is its own."""
    inner: etree._Element | None = None
    for each in (node, *node.iterancestors()):
        parent = each.getparent()
        if inner is None and parent is not None and parent.tag in _HOLDERS and each.tag not in _ABOUT:
            inner = each
        if each.tag == _PROCESS:
            key = each.get("id", "")
            title = each.get("name") or key
            return Place("process", key, title, *((inner.get("id", ""), _called(inner)) if inner is not None else ()))
    return None


def _called(node: etree._Element) -> str:
    """What an element is called: its name; of a way without one, where it comes from; else its id."""
    name = " ".join((node.get("name") or "").split())
    if etree.QName(node).localname != "sequenceFlow":
        return name or node.get("id", "")
    source = node.get("sourceRef", "")
    parent = node.getparent()
    siblings = () if parent is None else parent.iterchildren()
    begins = next((each.get("name") or "" for each in siblings if each.get("id") == source), "")
    where = " ".join(begins.split()) or source
    return f"{name}, after {where}" if name else f"the way on after {where}"


def _of_form(name: str, content: bytes) -> Iterator[tuple[Place, str]]:
    said = json.loads(content)
    key = name.removeprefix("forms/").removesuffix(".form")
    title = form_title(said, key)
    yield from _of_component(said, Place("form", key, title))


def form_title(said: Any, key: str) -> str:
    """What people call a form: its own title, the heading that it begins with, or its key in words."""
    named = said.get("title") if isinstance(said, dict) else None
    if isinstance(named, str) and named.strip():
        return named.strip()
    words = key.rpartition("/")[2].replace("-", " ")
    return words[:1].upper() + words[1:]


def _of_component(said: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(said, dict):
        label = said.get("label") or said.get("dateLabel")
        if isinstance(label, str) and said.get("key"):
            place = Place(place.kind, place.key, place.title, str(said["key"]), label)
        for each in said.values():
            yield from _of_component(each, place)
    elif isinstance(said, list):
        for each in said:
            yield from _of_component(each, place)
    elif isinstance(said, str):
        yield place, said
