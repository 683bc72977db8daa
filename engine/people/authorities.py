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
    retention:                    # optional: how long ended cases are kept (engine/people/retention.py)
      usual: {archive: P1Y, delete: P7Y, why: Line 4.2 of the retention schedule}
    deployment:                   # optional: what is deployed in the browser needs a second person
      approval: service-director  # the role whose approval is asked for; never that of whoever handed it in
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
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from engine.configuration import ROLES, SETTINGS, Setting, read_settings, write_settings
from engine.configuration.roles import (
    CAPABILITIES,
    CONTACT,
    ID,
    KINDS,
    OFFICER,
    TEXT,
    Role,
    RoleSchema,
    read_roles,
    write_roles,
)
from engine.errors import ConfigUnreadable
from engine.people.retention import NOTHING_SAID, Retention, RetentionSchema
from engine.people.sign_in import Provider, ProviderSchema
from engine.yaml_files import read_yaml

__all__ = [
    "CAPABILITIES",
    "CONTACT",
    "KINDS",
    "OFFICER",
    "Authority",
    "Person",
    "Role",
    "load_authorities",
    "load_authority",
]


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
    approval: str = ""
    """The role that approves what is deployed in the browser; empty where nobody is asked."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why each setting is what it is, by its name."""
    retention: Retention = NOTHING_SAID
    """How long its ended cases are kept."""

    def documents(self) -> dict[str, bytes]:
        """What its file says that is versioned once it is changed in the browser, a document a kind."""
        said = {name: Setting(name, value, self.reasons.get(name, "")) for name, value in self.settings.items()}
        return {SETTINGS: write_settings(said), ROLES: write_roles(self.roles.values())}

    def saying(self, documents: Mapping[str, bytes]) -> Authority:
        """The authority with documents that are deployed in the stead of its file's."""
        made = self
        if SETTINGS in documents:
            found, _ = read_settings(documents[SETTINGS])
            values = {name: each.value for name, each in found.items()}
            made = replace(made, settings=values, reasons={name: each.why for name, each in found.items()})
        if ROLES in documents:
            made = replace(made, roles=read_roles(documents[ROLES])[0])
        return made

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


class PersonSchema(_Made):
    """One sample sign-in of the file."""

    username = fields.String(required=True, validate=TEXT)
    name = fields.String(required=True, validate=TEXT)
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


class DeploymentSchema(Schema):
    """What deploying in the browser needs."""

    approval = fields.String(required=True, validate=TEXT)


class AuthoritySchema(_Made):
    """One file."""

    id = fields.String(required=True, validate=ID)
    name = fields.String(required=True, validate=TEXT)
    la_code = fields.String(load_default="")
    calendar = fields.String(load_default="")
    roles = fields.List(fields.Nested(RoleSchema), required=True, validate=TEXT)
    people = fields.List(fields.Nested(PersonSchema), load_default=list)
    settings = fields.Dict(keys=fields.String(), values=fields.Nested(SettingSchema), load_default=dict)
    sign_in = fields.Nested(ProviderSchema, data_key="signIn", load_default=None)
    accessibility = fields.Nested(AccessSchema, load_default=None)
    retention = fields.Nested(RetentionSchema, load_default=NOTHING_SAID)
    deployment = fields.Nested(DeploymentSchema, load_default=lambda: {"approval": ""})

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

    @validates_schema(skip_on_field_errors=True)
    def approved_by_a_role(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an approval by a role that is not there."""
        approval = data["deployment"]["approval"]
        if approval and approval not in {role.id for role in data["roles"]}:
            raise ValidationError(f"{approval} is not listed as a role", "deployment.approval")

    def of(self, data: dict[str, Any]) -> Authority:
        roles = {role.id: role for role in data["roles"]}
        settings = {name: given["value"] for name, given in data["settings"].items()}
        reasons = {name: given["why"] for name, given in data["settings"].items()}
        data = {**data, "approval": data["deployment"]["approval"], "calendar": data["calendar"] or data["id"]}
        del data["deployment"]
        return Authority(
            **{**data, "roles": roles, "people": tuple(data["people"]), "settings": settings}, reasons=reasons
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
