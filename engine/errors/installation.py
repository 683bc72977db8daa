"""The installation: its database, configuration, authorities and clock, and whose rows are whose."""

from __future__ import annotations

from engine.errors.base import PathwaysError


class RealDatabase(PathwaysError):
    """This database is used by real people, so nothing of the sample was put into it. Name another database in
    DATABASE_URL, one that is empty or holds the sample already."""


class ScopeMissing(PathwaysError):
    """A query was made without saying for which authority: {statement}. Call set_scope(session, ...) before the first
    query, and use mapped classes, not tables or text, in queries."""


class OtherAuthority(PathwaysError):
    """This belongs to another authority."""


class EntryKept(PathwaysError):
    """An entry of the audit trail is never changed or deleted."""


class EntryNotFound(PathwaysError):
    """The audit trail has no entry {entry}."""


class AuthorityNotFound(PathwaysError):
    """The configuration has no authority "{authority}". Give it config/authorities/{authority}.yaml."""


class AuthorityNumberMissing(PathwaysError):
    """The file is the national extract. Give config/authorities/{authority}.yaml the authority's number in it, as la_code."""


class AuthorityUnknown(PathwaysError):
    """There is no authority "{authority}" in the configuration. {meant} Name one that it has."""


class AuthorityUnsaid(PathwaysError):
    """It is not said whose {files} are. Name an authority with --authority (one of: {known}), or keep the files in its
    folder under processes/ or forms/."""


class DatabaseUnusable(PathwaysError):
    """The database {database} cannot be used: {reason}. Correct its address (--database, DATABASE_URL), for instance
    sqlite:///file.db in a folder that is there, or postgresql://user:password@host/name."""


class ConfigUnreadable(PathwaysError):
    """The configuration file {file} cannot be read: {reason}."""


class SettingWrong(ConfigUnreadable):
    """A setting of the environment is wrong: {reason}."""


class ClockUnmovable(PathwaysError):
    """The clock can only be moved in sample mode, and only forward."""
