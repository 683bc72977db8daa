"""Whose eyes a story is told for."""

from __future__ import annotations

from engine.people.authorities import Role
from webapp.evidence import readers


def role(kind: str, *capabilities: str) -> Role:
    return Role("clerk", "Clerk", kind, frozenset(capabilities), "", "")


def test_a_contact_s_role_reads_its_own_tasks_only() -> None:
    reader = readers.of_role(role("contact"))
    assert reader.may_read(["clerk"], "100001", 1)
    assert not reader.may_read(["seo"], "100001", 1)


def test_an_officer_s_role_reads_what_was_recorded_but_not_what_others_were_told() -> None:
    reader = readers.of_role(role("officer"))
    assert reader.may_read(["seo"], "100001", 1)
    assert not reader.was_told(["seo"], "100001", 1)
    assert reader.was_told(["clerk", "seo"], "100001", 1)


def test_somebody_outside_holds_no_role() -> None:
    assert readers.outside().roles_at("100001", 1) == frozenset()
    assert readers.outside().was_told(["seo"], None, 1)
