"""What a person may do with a task or a process: by role, by name, and by who has claimed it."""

from __future__ import annotations

from engine.deployments.registry import Loaded
from engine.errors import GivenRefused, NotAStarter, TaskClaimed, TaskNotYours
from engine.people.authorities import Authority
from engine.store.tables import UserTask
from engine.store.tenancy import Scope
from engine.store.text import refuse_unusable

#: What somebody's name is called where it cannot be taken.
WHO = "name of whoever acts"


def who(by: str | Scope) -> Scope:
    """A username alone acts as the library does: in every authority and with no check of roles. Raises GivenRefused."""
    if not isinstance(by, Scope | str):
        raise GivenRefused(what=WHO, reason="a text or a Scope is needed")
    if isinstance(by, Scope):
        return by
    refuse_unusable(by, WHO)
    return Scope.all_authorities(by)


def may(home: Authority | None, scope: Scope, capability: str) -> bool:
    """Whether a role of somebody's own, not of somebody for whom they cover, gives them a capability in their authority."""
    return scope.everything or (home is not None and home.may(scope.roles - scope.covers.keys(), capability))


def check_may_start(scope: Scope, loaded: Loaded, school: str | None = None) -> None:
    """Raises NotAStarter when the process names starters and the person is none: for this school, where one is meant."""
    if not scope.holds(loaded.starter_groups, at=school, case=None):
        raise NotAStarter(process=loaded.name, whom=" or ".join(loaded.starter_groups))


def check_may_start_somewhere(scope: Scope, loaded: Loaded) -> None:
    """Raises NotAStarter when the process names starters and the person is none, for whatever school."""
    if not scope.holds_anywhere(loaded.starter_groups):
        raise NotAStarter(process=loaded.name, whom=" or ".join(loaded.starter_groups))


def check_may_complete(scope: Scope, task: UserTask) -> None:
    """Raises TaskNotYours for a task of other roles or of one other person, TaskClaimed when another has claimed it."""
    if scope.everything or scope.is_given(
        task.assignee, task.candidate_groups, at=task.school_urn, case=task.instance_id
    ):
        return
    if task.assignee and not task.candidate_groups:
        raise TaskNotYours(whom=task.assignee)
    if not scope.holds(task.candidate_groups, at=task.school_urn, case=task.instance_id):
        raise TaskNotYours(whom=" or ".join(task.candidate_groups))
    if task.assignee and task.assignee != scope.username and not task.by_default:
        raise TaskClaimed(by=task.assignee)
