"""The files that are checked or deployed together, read by their kind: diagrams, decision tables and forms.

``pathways check``, ``pathways deploy``, the modeller and :class:`engine.services.deployments.Deployments` all read
files here, so that what one takes the others take too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from engine.configuration import Documents, kind_of
from engine.decisions import Decision, parse_decisions
from engine.diagram import LIMITS, Diagram, nodes, read, read_bounded, read_xml
from engine.errors import NothingToRead, ParseFailed, PathwaysError
from engine.feel import Feel
from engine.forms import Component, Form, check_form, confidential_roles, line_of, lines, load_form
from engine.forms import Finding as Problem
from engine.lint import check, check_names
from engine.lint.configured import unsettled
from engine.lint.core import OURS, Finding, Known, short, words, world_of
from engine.lint.messages import orphaned
from engine.lint.renamed import renamed
from engine.lint.tables import findings
from engine.spelling import near

#: Codes of what is found outside lint's rules: a file that cannot be read, a decision table, a form, a bundle.
UNREADABLE, DECISION, FORM, BUNDLE, CONFIG = "PW-000", "PW-991", "PW-992", "PW-993", "PW-994"
#: How long the message about a form may be: it may list all types of components.
MOST_SAID = 300
#: The endings of files that can be read; a diagram's may be either of the first two.
KINDS = (".bpmn", ".xml", ".dmn", ".form")


@dataclass
class Bundle:
    """Files that were read. ``processes``, ``forms`` and ``decisions`` map a key to its file; ``asked`` and ``tables``
    hold the forms and decisions that could be read, by the same keys; ``config`` maps a kind of document of the authority's
    configuration to its file, and ``said`` is what these say."""

    files: dict[str, bytes] = field(default_factory=dict)
    diagrams: dict[str, Diagram] = field(default_factory=dict)
    processes: dict[str, str] = field(default_factory=dict)
    forms: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    asked: dict[str, Form] = field(default_factory=dict)
    tables: dict[str, Decision] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    said: Documents = field(default_factory=Documents)
    findings: list[Finding] = field(default_factory=list)

    def with_known(self, known: Known) -> Known:
        """What diagrams of the bundle may refer to: what is in it, before what is ``known`` outside."""
        return Known(
            forms=_over(known.forms, dict.fromkeys(self.forms) | self.asked),
            roles=self.said.roles if self.said.roles is not None else known.roles,
            decisions=_over(known.decisions, dict.fromkeys(self.decisions) | self.tables),
            processes=None if known.processes is None else known.processes | self.processes.keys(),
            clauses=self.said.clauses if self.said.clauses is not None else known.clauses,
            topics=known.topics,
            settings=self.said.settings if self.said.settings is not None else known.settings,
            categories=known.categories,
            people=known.people,
            tabled=known.tabled,
            fresh=frozenset(self.tables),
            others=tuple(each for each in known.others if self.processes.keys().isdisjoint(each.processes)),
            whole=known.whole,
            as_checked=known.as_checked,
            sources=known.sources,
        )


_T = TypeVar("_T")


def check_bundle(bundle: Bundle, known: Known, feel: Feel | None, strict: bool) -> list[Finding]:
    """Everything that is wrong with files that are checked together; ``known`` is what there is outside them.

    Diagrams outside that use a form or decision of the bundle, or call its processes, are looked at again too: they get a
    new version with it. So are those that its processes call, and those outside whose messages, errors or escalations are
    thrown or waited for by the bundle's diagrams as they were before.
    """
    whole = bundle.with_known(known)
    found = [*bundle.findings, *check(bundle.diagrams.values(), whole, feel, strict)]
    if strict:
        found += _confidential(bundle, known.roles) if known.roles is not None else ()
        found += _near_options(bundle, whole.forms or {})
        found += orphaned(tuple(bundle.diagrams.values()), whole, known)
        found += unsettled(bundle.said, whole, known, feel)
        found += _named(bundle, whole, known, feel) if feel is not None else ()
    return sorted(set(_readable(found)), key=lambda each: (each.file, each.line, each.code))


def _named(bundle: Bundle, whole: Known, known: Known, feel: Feel) -> Iterator[Finding]:
    """What is wrong with names and values in tables, and in diagrams outside that the bundle changes something for."""
    own = tuple(bundle.diagrams.values())
    again = tuple(each for each in whole.others if _uses(each, bundle))
    linked = _linked(bundle, tuple(each for each in whole.others if each not in again))
    beside = replace(whole, others=(*own, *whole.others))
    yield from check_names(again, beside, feel)
    yield from _broken(linked, beside, known, feel)
    world = world_of(own, whole, feel)()
    yield from findings(world, bundle.tables, bundle.decisions) if world is not None else ()
    yield from renamed(bundle.tables, bundle.decisions, own, whole)


#: What is missed in other files when one cannot be read: its process, its messages, whoever calls, and what that brings.
_MISSED = words("PW-706 PW-709 PW-715 PW-870 PW-871 PW-891 PW-892 PW-895")


def _readable(found: Iterable[Finding]) -> list[Finding]:
    """The findings, without what only follows from a diagram that cannot be read."""
    told = list(found)
    broken = {each.file for each in told if each.code == UNREADABLE}
    return [each for each in told if not broken or each.file in broken or each.code not in _MISSED]


def _uses(diagram: Diagram, bundle: Bundle) -> bool:
    return any(
        each.form_key in bundle.forms or each.decision_ref in bundle.decisions for each in diagram.elements.values()
    )


def _linked(bundle: Bundle, others: tuple[Diagram, ...]) -> tuple[Diagram, ...]:
    """The diagrams outside whose processes call some of the bundle's, or are called by them, however indirectly."""
    own = set(bundle.processes)
    drawn = (*bundle.diagrams.values(), *others)
    calls = {key: _called(each, key) for each in drawn for key in each.processes}
    callers = {key: {other for other in calls if key in calls[other]} for key in calls}
    found = _reached(own, callers) | _reached(own, calls)
    return tuple(each for each in others if not found.isdisjoint(each.processes))


def _called(diagram: Diagram, process: str) -> set[str]:
    return {each.called_element for each in diagram.of_kind("callActivity") if each.process == process}


def _reached(start: set[str], ways: Mapping[str, set[str]]) -> set[str]:
    found, ahead = set(start), list(start)
    while ahead:
        fresh = ways.get(ahead.pop(), set()) - found
        found |= fresh
        ahead += fresh
    return found


def _broken(diagrams: tuple[Diagram, ...], whole: Known, before: Known, feel: Feel) -> list[Finding]:
    """What is wrong with names and values in diagrams outside, and was not before the bundle."""
    found = check_names(diagrams, whole, feel)
    known = set(check_names(diagrams, before, feel)) if found and not before.as_checked else set()
    return [each for each in found if each not in known]


def _over(known: Mapping[str, _T | None] | None, own: Mapping[str, _T | None]) -> dict[str, _T | None] | None:
    """Own things over known ones; what isn't known stays so unless the bundle has some."""
    return {**known, **own} if known is not None else dict(own) or None


def read_bundle(resources: Mapping[str, bytes], authority: str, strict: bool, feel: Feel | None) -> Bundle:
    """Read files by their kind; what is wrong with each by itself is in ``findings``."""
    bundle = Bundle()
    for name, data in resources.items():
        try:
            _take(bundle, name, data, authority, strict, feel)
        except ParseFailed as error:
            bundle.findings.append(finding(UNREADABLE, name, str(error), "Mend or replace the file.", "XML 1.0"))
        except PathwaysError as error:
            bundle.findings.append(finding(DECISION, name, str(error), "Mend the decision table.", "DMN 1.3"))
    return bundle


def _take(bundle: Bundle, name: str, data: bytes, authority: str, strict: bool, feel: Feel | None) -> None:
    suffix = PurePosixPath(name).suffix.lower()
    if kind_of(name):
        _take_config(bundle, name, data)
        return
    if (kind := _kind_of(data)) and suffix in KINDS and kind != suffix.replace(".xml", ".bpmn"):
        message = f"it is {_CALLED[kind]} by what it holds, and its name ends in {suffix}."
        bundle.findings.append(finding(UNREADABLE, name, message, f"Let its name end in {kind}."))
        return
    if suffix == ".form":
        _take_form(bundle, name, data, form_key(name, authority), feel)
    elif suffix == ".dmn":
        _take_decisions(bundle, name, data, feel)
    elif suffix in KINDS:
        diagram = bundle.diagrams[name] = parsed(data, name)
        for key in _runnable(diagram, strict):
            _claim_key(bundle, bundle.processes, key, name)
    else:
        message = f"it is none of the files that can be read ({', '.join(KINDS)})."
        bundle.findings.append(finding(BUNDLE, name, message, "Leave it out."))
    bundle.files[name] = data


def _take_config(bundle: Bundle, name: str, data: bytes) -> None:
    kind = kind_of(name)
    _claim_key(bundle, bundle.config, kind, name)
    bundle.files[name] = data
    for problem in bundle.said.take(kind, data):
        bundle.findings.append(finding(CONFIG, name, f"{problem}.", "Correct it."))


_CALLED = {".bpmn": "a BPMN diagram", ".dmn": "a decision table", ".form": "a form"}
_BPMN, _DMN = b"/spec/BPMN/20100524/MODEL", b"/spec/DMN/"


def _kind_of(data: bytes) -> str:
    """The ending that fits what a file holds; empty where that is not plain to see."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        return ".form"
    bpmn, dmn = _BPMN in data, _DMN in data
    return "" if start != b"<" or bpmn is dmn else ".bpmn" if bpmn else ".dmn"


@lru_cache(maxsize=256)
def parsed(data: bytes, file: str) -> Diagram:
    """Read a diagram once: one that is deployed is looked at again by every check. Raises as :func:`read`."""
    return read(data, file)


def _take_form(bundle: Bundle, name: str, data: bytes, key: str, feel: Feel | None) -> None:
    _claim_key(bundle, bundle.forms, key, name)
    bundle.findings += of_form(name, data, check_form(data, feel))
    form = readable_form(data)
    if form is not None:
        bundle.asked[key] = form


def of_form(name: str, data: bytes, problems: Iterable[Problem]) -> Iterator[Finding]:
    """What is wrong with a form, as findings, each on its line."""
    known: dict[str, int] | None = None
    for problem in problems:
        if problem.path and known is None:
            known = lines(data.decode(json.detect_encoding(data)))
        where = f"{_where(data, problem.path)}: " if problem.path else ""
        said = short(problem.message, MOST_SAID).rstrip(".")
        found = finding(FORM, name, f"{where}{said}{'' if said.endswith('?') else '.'}", "Mend the form.")
        yield replace(found, severity=problem.severity, line=line_of(known or {}, problem.path))


_STEP = re.compile(r"components\[(\d+)\]\.?")


def _where(data: bytes, path: str) -> str:
    """Where in a form something stands: by the label of the innermost component that has one, as its author sees it."""
    here, label, rest = json.loads(data), "", path
    while step := _STEP.match(rest):
        here = _inside(here, int(step[1]))
        label, rest = str(here.get("label") or here.get("dateLabel") or label), rest[step.end() :]
    return f'at "{short(label, 60)}"{f" ({short(rest)})" if rest else ""}' if label else f"at {short(path)}"


def _inside(component: Any, place: int) -> dict[str, Any]:
    """A component of a form or group; an empty one where there is none."""
    inside = component.get("components")
    found = inside[place] if isinstance(inside, list) and place < len(inside) else None
    return found if isinstance(found, dict) else {}


def _confidential(bundle: Bundle, roles: frozenset[str]) -> Iterator[Finding]:
    """The roles that may see what a form keeps from others are roles of the authority."""
    for key, form in bundle.asked.items():
        name = bundle.forms[key]
        wrong = ((path, role) for path, role in confidential_roles(form.components) if role not in roles)
        problems = [Problem(path, f'there is no role "{role}". {_meant(role, roles)}') for path, role in wrong]
        yield from of_form(name, bundle.files[name], problems)


def _near_options(bundle: Bundle, forms: Mapping[str, Form | None]) -> Iterator[Finding]:
    """Options that other forms have for the same question in nearly the same word: conditions know one of the two."""
    for key, form in bundle.asked.items():
        beside = [each for name, each in forms.items() if each and name != key and _room(name) == _room(key)]
        problems = [found for question in form.fields for found in _slips(question, beside)]
        yield from of_form(bundle.forms[key], bundle.files[bundle.forms[key]], problems)


def _room(key: str) -> str:
    return key.rpartition("/")[0]


#: A shorter word is near to many.
_LONG = 4


def _slips(question: Component, beside: Iterable[Form]) -> Iterator[Problem]:
    own = {str(option.value) for option in question.options}
    asked = [same for form in beside if (same := form.field(question.key)) is not None] if own else []
    there = {str(option.value) for same in asked for option in same.options}
    for value in sorted(own - there):
        if len(value) >= _LONG and (meant := near(value, there - own)):
            message = (
                f'the option "{value}" is "{meant}" in another form that asks for {question.key}. Did you mean that?'
            )
            yield Problem(f"{question.path}.values", message, "warning")


def _meant(role: str, roles: frozenset[str]) -> str:
    meant = near(role, roles)
    return f"Did you mean {meant}?" if meant else "Choose a role of config/authorities"


def readable_form(data: bytes) -> Form | None:
    """The form in a file; None when it cannot be read (its own check says why)."""
    try:
        return load_form(data)
    except PathwaysError:
        return None


def _take_decisions(bundle: Bundle, name: str, data: bytes, feel: Feel | None) -> None:
    found = decision_ids(data, name)
    if not found:
        told = "it holds no decision, so nothing can ask it."
        bundle.findings.append(finding(BUNDLE, name, told, "Draw a decision in it, or leave it out."))
    for decision in found:
        _claim_key(bundle, bundle.decisions, decision, name)
    bundle.tables.update(parse_decisions(data, name, feel))


def decision_ids(data: bytes, file: str) -> list[str]:
    """The ids of a file's decisions, known even where the file is otherwise wrong. Raises DiagramRefused."""
    root = read_xml(data, file)
    return [nodes.attr(node, "id") for node in root.iter("{*}decision") if node.get("id")]


def readable_decisions(data: bytes, file: str) -> dict[str, Decision | None]:
    """The decisions of a file by id: None for each where the file is wrong, nothing where it is no XML."""
    try:
        ids: dict[str, Decision | None] = dict.fromkeys(decision_ids(data, file))
        return ids | parse_decisions(data, file)
    except ParseFailed:
        return {}
    except PathwaysError:
        return ids


def holds(content: bytes, name: str, process: str) -> bool:
    """Whether a file is a diagram in which a process stands."""
    try:
        return not name.endswith((".form", ".dmn")) and process in parsed(content, name).processes
    except ParseFailed:
        return False


def form_key(name: str, authority: str) -> str:
    """The key of a form from its file name: "forms/barnsley/summary.form" and "barnsley/summary.form" give
    "barnsley/summary"; a bare "summary.form" belongs to the authority it is deployed for."""
    parts = [
        part for part in PurePosixPath(name.replace("\\", "/")).with_suffix("").parts if part not in ("/", "..", ".")
    ]
    if len(parts) > 1 and parts[-2] != "forms":
        return "/".join(parts[-2:])
    return f"{authority}/{parts[-1]}" if authority else parts[-1]


def _runnable(diagram: Diagram, strict: bool) -> list[str]:
    """The processes that are meant to run; a plain file in which none says so runs all of them."""
    running = [key for key, process in diagram.processes.items() if process.executable]
    return running if running or strict else list(diagram.processes)


def _claim_key(bundle: Bundle, keys: dict[str, str], key: str, name: str) -> None:
    if key in keys:
        told = f'"{short(key)}" stands in {keys[key]} too.'
        bundle.findings.append(finding(BUNDLE, name, told, "Keep one of them."))
    keys[key] = name


def finding(code: str, file: str, message: str, remedy: str, section: str = OURS) -> Finding:
    """An error about a file as a whole."""
    return Finding(code, "error", file, 1, "", "", message, remedy, section)


# -- files on disk ------------------------------------------------------------------------------------------------


def expanded(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, with each folder replaced by what it holds that can be read. Raises NothingToRead for a folder that
    holds nothing of the kind."""
    for path in paths:
        if path.is_dir():
            inside = sorted(inner for inner in path.rglob("*") if inner.suffix.lower() in KINDS and inner.is_file())
            if not inside:
                raise NothingToRead(folder=path, kinds=", ".join(KINDS))
            yield from inside
        else:
            yield path


def read_file(path: Path) -> bytes:
    """A file's bytes, left unread past the limit of size. Raises DiagramRefused and OSError."""
    return read_bounded(_chunks(path), str(path))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(min(LIMITS.size, 65_536)):
            yield chunk
