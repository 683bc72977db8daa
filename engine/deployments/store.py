"""A deployment: files are read, checked, versioned and stored. A refusal comes before any row is written.

A version is immutable, and content decides: the same files deployed again give the deployment that they came in
before. What a process refers to (called processes, forms, decisions) is bound at deployment: to what comes in the
same bundle, else to the authority's latest. When one of these gets a new version, the latest version of every process
that refers to it gets one too, with the same file: so a changed form or a changed called process is what new cases
meet, and running cases keep theirs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine.decisions import parse_decisions
from engine.deployments.binding import Bundle, Storing, bind, latest, retire
from engine.diagram import Diagram, read
from engine.errors import DeploymentEmpty, DeploymentRefused, ParseFailed, PathwaysError
from engine.feel import Feel
from engine.forms import check_form
from engine.lint import Finding, Known, check
from engine.spiff import parse
from engine.store.tables import DecisionDefinition, FormDefinition, ProcessDefinition, Resource

#: Codes of what is found outside lint's rules: a file that cannot be read, a decision table, a form, a bundle.
UNREADABLE, DECISION, FORM, BUNDLE = "PW-000", "PW-991", "PW-992", "PW-993"
_Versioned = type[ProcessDefinition] | type[FormDefinition] | type[DecisionDefinition]


@dataclass(frozen=True)
class Deployed:
    """What a deployment brought. ``processes``, ``forms`` and ``decisions`` are {key: version}, only those that are
    new."""

    id: int
    processes: Mapping[str, int]
    forms: Mapping[str, int]
    decisions: Mapping[str, int]
    warnings: tuple[Finding, ...]
    new: bool
    """False when all was deployed before: then ``id`` is of that deployment."""


def form_key(name: str, authority: str) -> str:
    """The key of a form from its file name: "forms/barnsley/summary.form" and "barnsley/summary.form" give
    "barnsley/summary"; a bare "summary.form" belongs to the authority it is deployed for."""
    parts = [
        part for part in PurePosixPath(name.replace("\\", "/")).with_suffix("").parts if part not in ("/", "..", ".")
    ]
    if len(parts) > 1 and parts[-2] != "forms":
        return "/".join(parts[-2:])
    return f"{authority}/{parts[-1]}" if authority else parts[-1]


def read_bundle(resources: Mapping[str, bytes], authority: str, strict: bool, feel: Feel | None) -> Bundle:
    """Read files by their kind; what is wrong with each by itself is in ``findings``."""
    bundle = Bundle()
    for name, data in resources.items():
        try:
            _take(bundle, name, data, authority, strict, feel)
        except (ParseFailed, PathwaysError) as error:
            code = UNREADABLE if isinstance(error, ParseFailed) else DECISION
            bundle.findings.append(_finding(code, name, str(error), "Mend or replace the file."))
    return bundle


def _take(bundle: Bundle, name: str, data: bytes, authority: str, strict: bool, feel: Feel | None) -> None:
    suffix = PurePosixPath(name).suffix
    if suffix == ".form":
        _claim_key(bundle, bundle.forms, form_key(name, authority), name)
        for problem in check_form(data, feel):
            where = f"at {problem.path}: " if problem.path else ""
            found = _finding(FORM, name, f"{where}{problem.message}.", "Mend the form.")
            bundle.findings.append(replace(found, severity=problem.severity))
    elif suffix == ".dmn":
        for decision in parse_decisions(data, name, feel):
            _claim_key(bundle, bundle.decisions, decision, name)
    elif suffix in (".bpmn", ".xml"):
        diagram = bundle.diagrams[name] = read(data, name)
        for key in _runnable(diagram, strict):
            _claim_key(bundle, bundle.processes, key, name)
    else:
        bundle.findings.append(_finding(BUNDLE, name, "it is no .bpmn, .dmn or .form file.", "Leave it out."))
    bundle.files[name] = data


def _runnable(diagram: Diagram, strict: bool) -> list[str]:
    """The processes that are meant to run; a plain file in which none says so runs all of them."""
    running = [key for key, process in diagram.processes.items() if process.executable]
    return running if running or strict else list(diagram.processes)


def _claim_key(bundle: Bundle, keys: dict[str, str], key: str, name: str) -> None:
    if key in keys:
        told = f'"{key}" stands in {keys[key]} too.'
        bundle.findings.append(_finding(BUNDLE, name, told, "Deploy one of them."))
    keys[key] = name


def _finding(code: str, file: str, message: str, remedy: str) -> Finding:
    return Finding(code, "error", file, 1, "", "", message, remedy, "Pathways")


def inspect(
    session: Session, bundle: Bundle, authority: str, roles: Collection[str] | None, feel: Feel | None, strict: bool
) -> list[Finding]:
    """Everything that lint finds in a bundle, given what the authority has deployed already."""
    known = Known(
        forms=frozenset(bundle.forms) | latest(session, FormDefinition, authority).keys(),
        roles=None if roles is None else frozenset(roles),
        decisions=frozenset(bundle.decisions) | latest(session, DecisionDefinition, authority).keys(),
        processes=frozenset(bundle.processes) | latest(session, ProcessDefinition, authority).keys(),
    )
    found = [*bundle.findings, *check(bundle.diagrams.values(), known, feel, strict)]
    if not any(finding.severity == "error" for finding in found):
        found += _parse_findings(bundle)
    return sorted(found, key=lambda finding: (finding.file, finding.line, finding.code))


def _parse_findings(bundle: Bundle) -> list[Finding]:
    """What the executor itself refuses: lint should have found it, but no diagram is stored that cannot be loaded."""
    found = []
    for key, name in bundle.processes.items():
        try:
            parse(key, bundle.files[name], {}, name)
        except PathwaysError as error:
            found.append(_finding(UNREADABLE, name, str(error), "Change the diagram."))
    return found


def refuse(findings: list[Finding]) -> None:
    """Raise DeploymentRefused when there is an error among the findings."""
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 3} more)" if len(errors) > 3 else ""
        raise DeploymentRefused(summary="; ".join(str(each) for each in errors[:3]) + more, findings=findings)


def store(storing: Storing) -> tuple[Deployed, dict[str, int]]:
    """Write what is new of a bundle, and new versions of what refers to it.

    Gives what was deployed and {process key: definition id} of the new versions. The caller commits.
    """
    bundle = storing.bundle
    if not bundle.files:
        raise DeploymentEmpty()
    _one_at_a_time(storing)
    resources = _resources(storing)
    forms = _versions(storing, FormDefinition, {key: resources[name] for key, name in bundle.forms.items()})
    decisions = _versions(storing, DecisionDefinition, {key: resources[name] for key, name in bundle.decisions.items()})
    processes = bind(storing, {key: resources[name] for key, name in bundle.processes.items()})
    new = storing.deployment_id is not None
    deployed = Deployed(
        id=storing.deployment_id or _earlier(storing),
        forms=forms,
        decisions=decisions,
        warnings=storing.warnings,
        new=new,
        processes={key: version for key, (_, version) in processes.items()},
    )
    return deployed, {key: definition_id for key, (definition_id, _) in processes.items()}


def _one_at_a_time(storing: Storing) -> None:
    """Two deployments of one authority at once would give one version number twice: the second waits for the first."""
    if storing.session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"deploy {storing.authority}".encode()).digest()[:8], "big", signed=True)
        storing.session.execute(select(func.pg_advisory_xact_lock(number)))


def _earlier(storing: Storing) -> int:
    """The deployment that brought the newest of what was given again."""
    found = [
        row.deployment_id
        for table, keys in _kinds(storing.bundle)
        for row in latest(storing.session, table, storing.authority).values()
        if row.key in keys
    ]
    return max(found, default=0)


def _kinds(bundle: Bundle) -> list[tuple[_Versioned, Collection[str]]]:
    return [
        (ProcessDefinition, bundle.processes),
        (FormDefinition, bundle.forms),
        (DecisionDefinition, bundle.decisions),
    ]


def _resources(storing: Storing) -> dict[str, int]:
    """The id of each file's content, stored once however often and under whatever name it is deployed."""
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in storing.bundle.files.items()}
    found = storing.session.execute(
        select(Resource.content_hash, Resource.id).where(
            Resource.authority == storing.authority, Resource.content_hash.in_(hashes.values())
        )
    )
    known = {content_hash: i for content_hash, i in found}
    fresh = {hashes[name]: name for name in hashes if hashes[name] not in known}
    rows = [
        {"authority": storing.authority, "name": n, "content_hash": h, "content": storing.bundle.files[n]}
        for h, n in fresh.items()
    ]
    if rows:
        statement = insert(Resource).returning(Resource.id, sort_by_parameter_order=True)
        known.update(zip(fresh, storing.session.scalars(statement, rows), strict=True))
    return {name: known[content_hash] for name, content_hash in hashes.items()}


def _versions(storing: Storing, table: Any, resources: Mapping[str, int]) -> dict[str, int]:
    """New versions of the forms or decisions whose content differs from their latest; {key: version}."""
    known = latest(storing.session, table, storing.authority)
    fresh = {key: i for key, i in resources.items() if key not in known or known[key].resource_id != i}
    versions = {key: known[key].version + 1 if key in known else 1 for key in fresh}
    rows = [_version(storing, key, versions[key], resource_id) for key, resource_id in fresh.items()]
    retire(storing.session, table, storing.authority, fresh)
    if rows:
        storing.session.execute(insert(table), rows)
    return versions


def _version(storing: Storing, key: str, version: int, resource_id: int) -> dict[str, Any]:
    return {
        "authority": storing.authority,
        "key": key,
        "version": version,
        "latest": True,
        "deployment_id": storing.the_deployment(),
        "resource_id": resource_id,
    }
