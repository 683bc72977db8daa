"""Authorities and their roles, from ``config/authorities/<id>.yaml``: what a council edits without code.

.. code-block:: yaml

    id: barnsley                  # the file's name; also the folder in processes/ and forms/
    name: Barnsley Metropolitan Borough Council
    la_code: "370"                # optional: the Department for Education's number of the authority
    calendar: barnsley            # optional: which school calendar; the id unless given
    roles:
      - id: seo                   # what candidateGroups in diagrams name
        name: School Evaluation Officer (SEO)
        kind: officer             # officer: counts for all schools; contact: for those that the register of people says
        capabilities: [start]     # see CAPABILITIES
        perSchool: true           # optional, of an officer: looks after the schools first whose link adviser it is
        mailbox: seo@example.org  # optional: where notifications to an officer's role are mailed; contacts have addresses
    settings:                     # optional: values that the policy leaves open, which diagrams read as settings.<name>
      response_days: {value: 10, why: The policy says only "rapid".}
    accessibility:                # optional: who is asked for another format, and told what somebody could not use
      email: access@council.gov.uk
      phone: 01632 960 100        # optional
      days: 10                    # optional: within how many working days the council answers; 10 unless given
    signIn:                       # optional: people sign in with the authority's own accounts (OpenID Connect)
      name: council account       # what the button says
      issuer: https://login.microsoftonline.com/<tenant>/v2.0
      client: <application id>    # its secret: the environment variable PATHWAYS_OIDC_SECRET_<ID>
      groups: {<group id>: [seo]} # which roles the groups of the provider give
    people:                       # optional: sample sign-ins, shown in sample mode only
      - {username: seo@barnsley.example.org, name: Sasha Example, roles: [seo], does: starts a case}  # does: optional
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from engine.errors import ConfigUnreadable
from engine.people.sign_in import Provider, ProviderSchema
from engine.yaml_files import read_yaml

#: What a role may do beyond the tasks that diagrams give it: start cases; manage (see every case, retry, stop); change and
#: deploy diagrams; keep people, roles and settings; read the audit trail, which nobody else can.
CAPABILITIES = ("start", "manage", "own-processes", "administer", "audit")
#: Whose role counts for the whole authority, and whose for the schools that the register of people ties them to.
KINDS = OFFICER, CONTACT = ("officer", "contact")
_ID = validate.Regexp(r"^[a-z][a-z0-9-]{0,58}$", error="use small letters, digits and hyphens, beginning with a letter")
_TEXT = validate.Length(min=1)


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


@dataclass(frozen=True)
class Person:
    """A sample sign-in. Whoever has a ``does``, what a visitor can try with it, is shown first."""

    username: str
    name: str
    roles: frozenset[str]
    does: str


@dataclass(frozen=True)
class AccessContact:
    """Who is asked for another format, and told what somebody could not use; answers within ``days`` working days."""

    email: str
    phone: str
    days: int


@dataclass(frozen=True)
class Authority:
    """A local authority: its name, its roles by id, which school calendar it keeps, and its sample people."""

    id: str
    name: str
    la_code: str
    calendar: str
    roles: Mapping[str, Role]
    people: tuple[Person, ...]
    settings: Mapping[str, Any]
    """What diagrams read as ``settings.<name>``."""
    sign_in: Provider | None = None
    """Who else signs its people in, beside Pathways."""
    accessibility: AccessContact | None = None
    """Whom the accessibility statement names."""

    def may(self, roles: Collection[str], capability: str) -> bool:
        """Whether somebody with these roles has a capability."""
        return any(capability in self.roles[role].capabilities for role in roles if role in self.roles)


class _Made(Schema):
    """A schema whose load gives an object: subclasses say how."""

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        """The object."""
        return self.of(data)

    def of(self, data: dict[str, Any]) -> Any:
        """The object for checked data."""
        raise NotImplementedError


class RoleSchema(_Made):
    """One role of the file."""

    id = fields.String(required=True, validate=_ID)
    name = fields.String(required=True, validate=_TEXT)
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

    def of(self, data: dict[str, Any]) -> Role:
        return Role(**{**data, "capabilities": frozenset(data["capabilities"])})


class PersonSchema(_Made):
    """One sample sign-in of the file."""

    username = fields.String(required=True, validate=_TEXT)
    name = fields.String(required=True, validate=_TEXT)
    roles = fields.List(fields.String(), required=True)
    does = fields.String(load_default="")

    def of(self, data: dict[str, Any]) -> Person:
        return Person(**{**data, "roles": frozenset(data["roles"])})


class SettingSchema(Schema):
    """A value that the policy leaves open, and why it is what it is."""

    value = fields.Raw(required=True)
    why = fields.String(load_default="")


class AccessSchema(_Made):
    """Whom the accessibility statement names."""

    email = fields.Email(required=True)
    phone = fields.String(load_default="")
    days = fields.Integer(strict=True, load_default=10, validate=validate.Range(min=1))

    def of(self, data: dict[str, Any]) -> AccessContact:
        return AccessContact(**data)


class AuthoritySchema(_Made):
    """One file."""

    id = fields.String(required=True, validate=_ID)
    name = fields.String(required=True, validate=_TEXT)
    la_code = fields.String(load_default="")
    calendar = fields.String(load_default="")
    roles = fields.List(fields.Nested(RoleSchema), required=True, validate=_TEXT)
    people = fields.List(fields.Nested(PersonSchema), load_default=list)
    settings = fields.Dict(keys=fields.String(), values=fields.Nested(SettingSchema), load_default=dict)
    sign_in = fields.Nested(ProviderSchema, data_key="signIn", load_default=None)
    accessibility = fields.Nested(AccessSchema, load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def nothing_twice(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse two roles with one id, two people with one username, and a person's role that is not there."""
        roles, people = data["roles"], data["people"]
        _refuse_twice([role.id for role in roles], "roles")
        _refuse_twice([person.username for person in people], "people")
        known = {role.id for role in roles}
        for person in people:
            if unknown := sorted(person.roles - known):
                raise ValidationError(f"{person.username} has the role {unknown[0]}, which is not listed", "people")
        for group, given in (data["sign_in"].groups if data["sign_in"] else {}).items():
            if unknown := sorted(given - known):
                raise ValidationError(f"{group} gives the role {unknown[0]}, which is not listed", "signIn.groups")

    def of(self, data: dict[str, Any]) -> Authority:
        roles = {role.id: role for role in data["roles"]}
        settings = {name: given["value"] for name, given in data["settings"].items()}
        calendar = data["calendar"] or data["id"]
        return Authority(
            **{**data, "roles": roles, "people": tuple(data["people"]), "calendar": calendar, "settings": settings}
        )


def _refuse_twice(ids: list[str], field: str) -> None:
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise ValidationError(f"{twice[0]} is there twice", field)


def load_authority(path: Path) -> Authority:
    """The authority in one file. Raises ConfigUnreadable, naming the entry that is wrong."""
    try:
        data = read_yaml(path)
        authority = AuthoritySchema().load(data if isinstance(data, dict) else {})
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigUnreadable(file=path.name, reason=" ".join(str(error).split())) from error
    except ValidationError as error:
        raise ConfigUnreadable(file=path.name, reason=_in_words(error.messages)) from None
    assert isinstance(authority, Authority)
    if authority.id != path.stem:
        raise ConfigUnreadable(
            file=path.name, reason=f'its id is "{authority.id}", so it should be named {authority.id}.yaml'
        )
    return authority


def load_authorities(folder: Path) -> dict[str, Authority]:
    """All authorities of a folder by id; none when there is no such folder."""
    found = [load_authority(path) for path in sorted(folder.glob("*.yaml"))]
    return {authority.id: authority for authority in found}


def _in_words(messages: Any, at: str = "") -> str:
    if isinstance(messages, Mapping):
        return "; ".join(_in_words(value, f"{at}.{name}" if at else str(name)) for name, value in messages.items())
    return f"{at}: " + ", ".join(str(message).rstrip(".") for message in messages)
