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
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine.configuration import FILES, key_of, kind_of_key
from engine.decisions import Decision
from engine.deployments.binding import Storing, bind, latest, retire
from engine.errors import DeploymentEmpty, DeploymentRefused, PathwaysError
from engine.feel import Feel
from engine.lint import Finding, Known
from engine.lint.bundle import (
    CONFIG,
    UNREADABLE,
    Bundle,
    check_bundle,
    finding,
    parsed,
    readable_decisions,
    readable_form,
)
from engine.spiff import parse
from engine.store.tables import (
    ConfigDefinition,
    DecisionDefinition,
    Deployment,
    FormDefinition,
    ProcessDefinition,
    Resource,
    School,
)

_Versioned = type[ProcessDefinition] | type[FormDefinition] | type[DecisionDefinition] | type[ConfigDefinition]


@dataclass(frozen=True)
class Deployed:
    """What a deployment brought. ``processes``, ``forms`` and ``decisions`` are {key: version}, only those that are
    new."""

    id: int
    processes: Mapping[str, int]
    forms: Mapping[str, int]
    decisions: Mapping[str, int]
    warnings: tuple[Finding, ...]
    own: tuple[str, ...]
    """The processes in the files themselves; the others of ``processes`` are new since they refer to what is."""
    new: bool
    """False when all was deployed before: then ``id`` is of that deployment."""
    config: Mapping[str, int] = field(default_factory=dict)
    """Documents of the configuration, by their key."""


def inspect(
    session: Session,
    bundle: Bundle,
    authority: str,
    roles: Collection[str] | None,
    settings: Mapping[str, Any],
    feel: Feel | None,
    strict: bool,
    people: Collection[str] = (),
    reports: frozenset[str] | None = None,
    clauses: frozenset[str] | None = None,
) -> list[Finding]:
    """Everything that lint finds in a bundle, given what the authority has deployed already. ``people`` are those who can
    sign in; where none are named it is not known who these are."""
    known = _deployed(session, authority, roles, settings)
    known = replace(known, people=frozenset(people) or None, reports=reports, clauses=clauses)
    found = check_bundle(bundle, known, feel, strict)
    if not any(each.severity == "error" for each in found):
        found += _parse_findings(bundle)
    return sorted(found, key=lambda each: (each.file, each.line, each.code))


def _deployed(session: Session, authority: str, roles: Collection[str] | None, settings: Mapping[str, Any]) -> Known:
    """What the authority has deployed already, read from its files as they are stored."""
    decisions: dict[str, Decision | None] = {}
    tables = _contents(session, DecisionDefinition, authority)
    for key, (file, data) in tables.items():
        # A file that was changed since may hold an older version of another decision: each is of its own file.
        decisions[key] = readable_decisions(data, file).get(key)
    processes = _contents(session, ProcessDefinition, authority)
    return Known(
        forms={key: readable_form(data) for key, (_, data) in _contents(session, FormDefinition, authority).items()},
        roles=None if roles is None else frozenset(roles),
        decisions=decisions,
        tabled={key: file for key, (file, _) in tables.items()},
        processes=frozenset(processes),
        settings=settings,
        categories=_categories(session, authority),
        others=tuple(parsed(data, file) for file, data in set(processes.values())),
        whole=True,
        sources={file: data for file, data in (*processes.values(), *tables.values())},
    )


def _categories(session: Session, authority: str) -> frozenset[str]:
    """The categories that the authority's schools are in."""
    return frozenset(session.scalars(select(School.category).where(School.authority == authority).distinct()))


def _contents(session: Session, table: Any, authority: str) -> dict[str, tuple[str, bytes]]:
    """The file's name and content that the latest version of each key stands in."""
    found = session.execute(
        select(table.key, Resource.name, Resource.content)
        .join(Resource, Resource.id == table.resource_id)
        .where(table.authority == authority, table.latest)
        .order_by(table.key)
    )
    return {row.key: (row.name, row.content) for row in found}


def _parse_findings(bundle: Bundle) -> list[Finding]:
    """What the executor itself refuses: lint should have found it, but no diagram is stored that cannot be loaded."""
    found = []
    for key, name in bundle.processes.items():
        try:
            parse(key, bundle.files[name], {}, name)
        except PathwaysError as error:
            found.append(finding(UNREADABLE, name, str(error), "Change the diagram."))
    return found


def refusal(file: str, message: str, remedy: str) -> Finding:
    """What stands against a document of the configuration as a whole."""
    return finding(CONFIG, file, message, remedy)


def refuse(findings: list[Finding]) -> None:
    """Raise DeploymentRefused when there is an error among the findings."""
    errors = [each for each in findings if each.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 3} more)" if len(errors) > 3 else ""
        summary = "; ".join(str(each) for each in errors[:3]) + more
        raise DeploymentRefused(summary=summary.rstrip("."), findings=findings)


def store(storing: Storing) -> tuple[Deployed, dict[str, int]]:
    """Write what is new of a bundle, and new versions of what refers to it.

    Gives what was deployed and {process key: definition id} of the new versions. The caller commits.
    """
    bundle = storing.bundle
    if not bundle.files:
        raise DeploymentEmpty()
    _one_at_a_time(storing)
    resources = keep(storing.session, storing.authority, bundle.files)
    forms = _versions(storing, FormDefinition, {key: resources[name] for key, name in bundle.forms.items()})
    decisions = _versions(storing, DecisionDefinition, {key: resources[name] for key, name in bundle.decisions.items()})
    config = _documents(storing, {key_of(kind): resources[name] for kind, name in bundle.config.items()})
    processes = bind(storing, {key: resources[name] for key, name in bundle.processes.items()})
    new = storing.deployment_id is not None
    deployed = Deployed(
        id=storing.deployment_id or _earlier(storing),
        forms=forms,
        decisions=decisions,
        warnings=storing.warnings,
        own=tuple(bundle.processes),
        new=new,
        processes={key: version for key, (_, version) in processes.items()},
        config=config,
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
        (ConfigDefinition, [key_of(kind) for kind in bundle.config]),
    ]


def keep(session: Session, authority: str, files: Mapping[str, bytes]) -> dict[str, int]:
    """The id of each file's content, stored once however often and under whatever name it is handed in."""
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    found = session.execute(
        select(Resource.content_hash, Resource.id).where(
            Resource.authority == authority, Resource.content_hash.in_(hashes.values())
        )
    )
    known = {content_hash: i for content_hash, i in found}
    fresh = {hashes[name]: name for name in hashes if hashes[name] not in known}
    rows = [{"authority": authority, "name": n, "content_hash": h, "content": files[n]} for h, n in fresh.items()]
    if rows:
        statement = insert(Resource).returning(Resource.id, sort_by_parameter_order=True)
        known.update(zip(fresh, session.scalars(statement, rows), strict=True))
    return {name: known[content_hash] for name, content_hash in hashes.items()}


def document(storing: Storing, kind: str) -> bytes:
    """A document of the configuration as it counts before a deployment; empty where there is none."""
    said = _contents(storing.session, ConfigDefinition, storing.authority).get(key_of(kind))
    return said[1] if said is not None else storing.standing.get(kind, b"")


def is_new(session: Session, authority: str, bundle: Bundle, standing: Mapping[str, bytes]) -> bool:
    """Whether anything of a bundle differs from what is deployed, or from what the files of its configuration say
    (``standing``, by kind) where nothing is."""
    documents = {key_of(kind): ("", data) for kind, data in standing.items()}
    documents |= _contents(session, ConfigDefinition, authority)
    if any(documents.get(key_of(kind), ("", b""))[1] != bundle.files[name] for kind, name in bundle.config.items()):
        return True
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in bundle.files.items()}
    kinds = (
        (ProcessDefinition, bundle.processes),
        (FormDefinition, bundle.forms),
        (DecisionDefinition, bundle.decisions),
    )
    return any(
        hashes[name] != hashlib.sha256(known[key][1]).hexdigest() if key in known else True
        for table, keys in kinds
        for known in [_contents(session, table, authority)]
        for key, name in keys.items()
    )


def _versions(storing: Storing, table: Any, resources: Mapping[str, int]) -> dict[str, int]:
    """New versions of the forms or decisions whose content differs from their latest; {key: version}."""
    known = latest(storing.session, table, storing.authority)
    fresh = {key: i for key, i in resources.items() if key not in known or known[key].resource_id != i}
    versions = {key: known[key].version + 1 if key in known else 1 for key in fresh}
    rows = [storing.version(key, versions[key], resource_id) for key, resource_id in fresh.items()]
    retire(storing.session, table, storing.authority, fresh)
    if rows:
        storing.session.execute(insert(table), rows)
    return versions


#: What the version says that keeps what a file said until it was changed in the browser.
AS_THE_FILE_SAID = "As the file of the installation said until then"


def _documents(storing: Storing, resources: Mapping[str, int]) -> dict[str, int]:
    """New versions of the documents of the configuration that say something new. Before the first of each, what its file said
    until then becomes version 1, so that it can be looked at, compared and gone back to."""
    known = latest(storing.session, ConfigDefinition, storing.authority)
    kept = {key_of(kind): data for kind, data in storing.standing.items()}
    earlier = {key: data for key, data in kept.items() if key in resources and key not in known}
    if earlier:
        said = {"by": "", "note": AS_THE_FILE_SAID, "strict": storing.strict, "origin": "files"}
        row = Deployment(authority=storing.authority, at=storing.now, **said)
        storing.session.add(row)
        storing.session.flush()
        ids = keep(storing.session, storing.authority, {FILES[kind_of_key(key)]: data for key, data in earlier.items()})
        first = {"authority": storing.authority, "version": 1, "latest": True, "deployment_id": row.id}
        rows = [{**first, "key": key, "resource_id": ids[FILES[kind_of_key(key)]]} for key in earlier]
        storing.session.execute(insert(ConfigDefinition), rows)
    return _versions(storing, ConfigDefinition, resources)
