"""For whose eyes a story is told: what they may read of it decides what stands in it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from flask_login import current_user

from engine.people.authorities import Role
from engine.queries import EventRow


@dataclass(frozen=True)
class Reader:
    """Somebody who reads a story. ``officer`` reads what was recorded in every task, others only in those of their roles.

    ``manages``: reads what others were told, too. ``username`` reads what they wrote themselves; empty for a role.
    """

    name: str
    officer: bool
    manages: bool
    username: str
    roles_at: Callable[[str | None, int | None], frozenset[str]]

    @property
    def inside(self) -> bool:
        """Whether it is somebody of the authority."""
        return bool(self.username or self.roles_at(None, None))

    def may_read(self, roles: Collection[str], urn: str | None, case: int | None) -> bool:
        """Whether this reader reads what was recorded in a task of these roles, in a case (its id) of this school (its URN)."""
        return self.officer or not self.roles_at(urn, case).isdisjoint(roles)

    def meets(self, event: EventRow, urn: str | None) -> bool:
        """Whether an event of a case of this school (its URN) is for this reader's eyes at all: an officer reads what anybody
        did; others what they did, were asked or were told, and what the register says."""
        if self.officer or event.kind == "register" or (event.by and event.by == self.username):
            return True
        return not self.roles_at(urn, event.case).isdisjoint(event.roles)

    def was_told(self, roles: Collection[str], urn: str | None, case: int | None) -> bool:
        """Whether this reader reads what these roles were told in a case (its id)."""
        return self.manages or not self.roles_at(urn, case).isdisjoint(roles)


def myself() -> Reader:
    """Whoever looks at the page."""
    scope = current_user.scope
    officer, manages = bool(current_user.may("officer")), bool(current_user.may("manage"))
    return Reader(str(current_user.name), officer, manages, str(scope.username), scope.roles_at)


def of_role(role: Role) -> Reader:
    """Anybody who holds this role, and no other."""
    held = frozenset({role.id})
    return Reader(role.name, role.kind == "officer", "manage" in role.capabilities, "", lambda *_: held)


def outside() -> Reader:
    """Somebody outside Pathways, as an inspector or a court: reads what was recorded, but nothing that a form keeps to
    certain roles."""
    return Reader("Somebody outside the authority", True, True, "", lambda *_: frozenset())
