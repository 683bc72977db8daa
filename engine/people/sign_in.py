"""How the people of an authority sign in with its own accounts (OpenID Connect), as ``signIn`` of its file says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, post_load, validate

_TEXT = validate.Length(min=1)
#: Hosts that are reached from this machine only, so that a provider on them needs no HTTPS.
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Provider:
    """Who signs the people of an authority in: its OpenID Connect issuer, as what Pathways is known there, and what it says.

    ``groups`` gives the roles that a group of the provider gives. ``username_claim`` holds what people sign in as,
    ``groups_claim`` their groups. The client's secret is no part of it.
    """

    name: str
    issuer: str
    client: str
    groups: Mapping[str, frozenset[str]]
    username_claim: str
    groups_claim: str

    def roles(self, groups: Collection[str]) -> frozenset[str]:
        """The roles that these groups give."""
        return frozenset[str]().union(*(self.groups.get(group, frozenset()) for group in groups))


def _is_safe(issuer: str) -> None:
    """Raises ValidationError for an issuer that others could answer for."""
    parts = urlsplit(issuer)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _HERE)):
        raise ValidationError("it must begin with https://")


class ProviderSchema(Schema):
    """``signIn`` of an authority's file."""

    name = fields.String(required=True, validate=_TEXT)
    issuer = fields.String(required=True, validate=_is_safe)
    client = fields.String(required=True, validate=_TEXT)
    groups = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    username_claim = fields.String(data_key="usernameClaim", load_default="preferred_username", validate=_TEXT)
    groups_claim = fields.String(data_key="groupsClaim", load_default="groups", validate=_TEXT)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Provider:
        """The provider."""
        groups = {group: frozenset(roles) for group, roles in data["groups"].items()}
        return Provider(**{**data, "groups": groups})
