"""Roles: what people hold in an authority, what that permits, and whom diagrams name by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from engine.configuration.problems import Problem, read_part, wrong_text
from engine.yaml_files import as_yaml

#: What a role may do beyond the tasks that diagrams give it: start cases; manage (see every case, retry, stop); change and
#: deploy diagrams; keep people, roles and settings; read the audit trail, which nobody else can; decide what is deleted, set
#: legal holds, and find what is kept of a person.
CAPABILITIES = ("start", "manage", "own-processes", "administer", "audit", "records")
#: Whose role counts for the whole authority, and whose for the schools that the register of people ties them to.
KINDS = OFFICER, CONTACT = ("officer", "contact")
ID = validate.Regexp(r"^[a-z][a-z0-9-]{0,58}$", error="use small letters, digits and hyphens, beginning with a letter")
#: Under which id the register of people says who is a school's link adviser: no authority gives it to a role of its own.
LINK_ADVISER = "link-adviser"
_FREE = validate.NoneOf(
    [LINK_ADVISER], error="link advisers are said in the register of people: give the role another id"
)
TEXT = validate.Length(min=1)
#: How long the name and the description of a role may be, and how many roles there may be.
LONGEST, LONGEST_SAID, MOST = 200, 2_000, 300


@dataclass(frozen=True)
class Role:
    """A role that people hold in an authority; ``id`` is what diagrams name in candidateGroups."""

    id: str
    name: str
    kind: str
    capabilities: frozenset[str]
    mailbox: str
    description: str
    per_school: bool = False
    """Whether whoever holds it looks after their own schools first: those whose link adviser they are."""


class RoleSchema(Schema):
    """One role of an authority's file or of a document of roles."""

    id = fields.String(required=True, validate=[ID, _FREE])
    name = fields.String(required=True, validate=TEXT)
    kind = fields.String(load_default="officer", validate=validate.OneOf(KINDS))
    capabilities = fields.List(fields.String(validate=validate.OneOf(CAPABILITIES)), load_default=list)
    mailbox = fields.Email(load_default="")
    description = fields.String(load_default="")
    per_school = fields.Boolean(data_key="perSchool", load_default=False)

    @validates_schema(skip_on_field_errors=True)
    def of_an_officer(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse ``perSchool`` of a contact, whose role counts for their schools alone."""
        if data["per_school"] and data["kind"] != OFFICER:
            raise ValidationError("a contact's role counts for their schools alone: leave it out", "perSchool")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Role:
        """The role."""
        return Role(**{**data, "capabilities": frozenset(data["capabilities"])})


#: Of what roles permit, that with which somebody sees or changes more than their tasks: to see every case, what others did, what
#: is kept of a person; to give roles. Whatever is done to it is told.
POWERS = frozenset({"manage", "audit", "records", "administer"})
#: With what somebody is told of what others are given.
WATCHING = frozenset({"audit", "administer"})
#: Named beside the capabilities where it changes: that a role looks after schools first (and its holders may be their link
#: advisers, who see every case there), that it counts for the whole authority.
LOOKS_AFTER, EVERYWHERE = "perSchool", "all schools"


@dataclass(frozen=True)
class Permits:
    """What a role permits that it did not, and what it permits no more: capabilities, LOOKS_AFTER, EVERYWHERE."""

    role: Role
    added: tuple[str, ...]
    taken: tuple[str, ...]


def permits_changed(old: Mapping[str, Role], new: Mapping[str, Role]) -> list[Permits]:
    """What roles permit otherwise than before; one that is gone permits nothing, and one that is new had permitted nothing."""
    found = []
    for ident in {**old, **new}:
        before, after = _permitted(old.get(ident)), _permitted(new.get(ident))
        if before != after:
            role = new[ident] if ident in new else old[ident]
            found.append(Permits(role, tuple(sorted(after - before)), tuple(sorted(before - after))))
    return found


def _permitted(role: Role | None) -> frozenset[str]:
    if role is None:
        return frozenset()
    looks = {LOOKS_AFTER} if role.per_school else set()
    return role.capabilities | looks | ({EVERYWHERE} if role.kind == OFFICER else set())


def read_roles(data: bytes) -> tuple[dict[str, Role], list[Problem]]:
    """The roles of a document by id, in its order, and what is wrong with them."""
    problems: list[Problem] = []
    found: dict[str, Role] = {}
    for number, given in enumerate(read_part(data, "roles", list, problems), 1):
        entry = given if isinstance(given, dict) else {}
        ident = str(entry.get("id") or f"role {number}")
        try:
            role: Role = RoleSchema().load(entry)
        except ValidationError as wrong:
            problems += (Problem((ident, str(field)), _sentence(said)) for field, said in _flat(wrong.messages))
            continue
        if role.id in found:
            problems.append(Problem((role.id, "id"), "There is another role with this id"))
        found[role.id] = role
    return found, problems + list(check_roles(found.values()))


def check_roles(roles: Iterable[Role]) -> Iterator[Problem]:
    """What is wrong with roles together, and what a file may say that a page would not take."""
    known = list(roles)
    if not known or len(known) > MOST:
        yield Problem((), f"There must be 1 to {MOST} roles")
    for role in known:
        wrong = {"name": wrong_text(role.name, LONGEST), "description": wrong_text(role.description, LONGEST_SAID)}
        yield from (Problem((role.id, field), message) for field, message in wrong.items() if message)


def check_role(given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with one role as a page has it, by field."""
    try:
        role: Role = RoleSchema().load(given)
    except ValidationError as wrong:
        return {field: _WORDS.get(field) or _sentence(said) for field, said in _flat(wrong.messages)}
    return {each.place[-1]: each.message for each in check_roles([role])}


#: What a page says of a field that is wrong in whatever way.
_WORDS = {
    "id": "Use small letters, digits and hyphens, beginning with a letter, such as lead-officer",
    "name": "Enter a name",
    "mailbox": "Enter an e-mail address in the correct format, like name@example.org",
    "perSchool": "Only an officer looks after schools of their own: a contact’s role counts for their schools alone",
}


def _flat(messages: Any) -> Iterator[tuple[str, str]]:
    for field, said in messages.items() if isinstance(messages, dict) else (("", messages),):
        first = next(iter(said.values())) if isinstance(said, dict) else said
        yield str(field), str(first[0] if isinstance(first, list) else first)


def _sentence(said: str) -> str:
    return (said[:1].upper() + said[1:]).rstrip(".")


def write_roles(roles: Iterable[Role]) -> bytes:
    """The document of these roles."""
    return as_yaml({"roles": [_entry(each) for each in roles]})


def _entry(role: Role) -> dict[str, Any]:
    """A role as a file says it, without what goes without saying."""
    said: dict[str, Any] = {"id": role.id, "name": role.name, "kind": role.kind}
    said["capabilities"] = [each for each in CAPABILITIES if each in role.capabilities]
    said |= {"perSchool": True} if role.per_school else {}
    said |= {"mailbox": role.mailbox} if role.mailbox else {}
    return said | ({"description": role.description} if role.description else {})
