"""People, who covers for whom, links and what they are told."""

from __future__ import annotations

from engine.errors.base import PathwaysError


class CoverRefused(PathwaysError):
    """Nobody covers by this: {reason}."""


class AddressUnknown(PathwaysError):
    """The register of people does not have {address} in this role for the school. Enter why the link goes there."""


class AddressBarred(AddressUnknown):
    """No link to this case goes to {address}. Ask whoever manages cases."""


class LinkNotFound(PathwaysError):
    """There is no such link."""


class LinkEnded(PathwaysError):
    """This link has ended: the task is done, or somebody ended the link."""


class NoticeNotFound(PathwaysError):
    """There is no such notice for you."""


class CoverNotFound(PathwaysError):
    """There is no such cover, or it is over."""


class ListNotFound(PathwaysError):
    """There is no such list of yours."""


class ListNameTaken(PathwaysError):
    """You have kept a list by the name “{name}” already."""


class PeopleUnreadable(PathwaysError):
    """The file of people cannot be read: {reason}. Nobody has been changed."""


class HoldingNotFound(PathwaysError):
    """There is no entry {holding} in the register of people."""
