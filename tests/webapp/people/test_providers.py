"""Whoever another provider has signed in, as an account here: found, made, with the roles of their groups, or refused."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Barrier, Thread

import pytest
from flask import Flask

from engine.people.sign_in import Provider
from tests.webapp.conftest import engine_of
from tests.webapp.people.test_audited import trail
from webapp.people import accounts, keeping, providers
from webapp.people.accounts import ANYBODY, Account, Granted
from webapp.people.providers import Known, NotLetIn

ANN = "ann@barnsley.example.org"
COUNCIL = Provider("Council account", "https://issuer.example.org", "pathways", {}, "preferred_username", "groups")


def known(*roles: str, username: str = ANN, subject: str = "1", authority: str = "barnsley") -> Known:
    return Known(authority, COUNCIL, subject, username, "Ann Invented", frozenset(roles))


@pytest.fixture(autouse=True)
def request_of(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def change(app: Flask, **values: object) -> None:
    with engine_of(app).transactions.writing(ANYBODY) as session:
        found = accounts.find(ANN, session)
        assert found is not None
        for name, value in values.items():
            setattr(found, name, value)


def stored(app: Flask) -> Account | None:
    with engine_of(app).transactions.reading() as session:
        return accounts.find(ANN, session)


def test_roles_go_with_the_groups_and_what_an_administrator_gave_stays(app: Flask) -> None:
    providers.sign_in(known("service-director"))
    change(app, grants=[Granted("clerk").stored(), Granted("service-director", by_group=True).stored()])
    assert providers.sign_in(known("seo")).grants == [{"role": "clerk"}, {"role": "seo", "by_group": True}]


def test_with_other_roles_somebody_signs_in_anew_elsewhere(app: Flask) -> None:
    first = providers.sign_in(known("seo")).token
    same = providers.sign_in(known("seo")).token
    providers.sign_in(known("service-director"))
    assert [accounts.by_token(each) for each in (first, same)] == [None, None]


def test_somebody_is_known_by_the_provider_s_id_for_them_whatever_they_are_called(app: Flask) -> None:
    first = providers.sign_in(known("seo"))
    assert providers.sign_in(known("seo", username="ann.married@barnsley.example.org")).id == first.id


def test_an_account_of_the_authority_goes_on_by_its_address(app: Flask) -> None:
    keeping.keep(ANN, "Ann", "barnsley", ["clerk"], "a long password")
    assert providers.sign_in(known()).grants == [{"role": "clerk"}]


@pytest.mark.parametrize(
    ("authority", "subject"), [("elsewhere", "1"), ("barnsley", "2")], ids=["of another authority", "of another person"]
)
def test_an_account_of_somebody_else_is_not_theirs(app: Flask, authority: str, subject: str) -> None:
    if authority == "barnsley":
        providers.sign_in(known("seo"))
    else:
        keeping.keep(ANN, "Ann", authority, ["seo"], "a long password")
    with pytest.raises(NotLetIn, match="somebody else"):
        providers.sign_in(known("seo", subject=subject))


def test_a_provider_of_two_authorities_lets_nobody_into_the_other(app: Flask) -> None:
    providers.sign_in(known("seo"))
    with pytest.raises(NotLetIn, match="another authority"):
        providers.sign_in(known("seo", authority="elsewhere"))


def test_a_sample_account_is_nobody_s(app: Flask) -> None:
    with pytest.raises(NotLetIn, match="somebody else"):
        providers.sign_in(known("seo", username="seo@barnsley.example.org"))


def test_a_closed_account_stays_closed(app: Flask) -> None:
    providers.sign_in(known("seo"))
    change(app, closed=True)
    with pytest.raises(NotLetIn) as refused:
        providers.sign_in(known("seo"))
    assert "Your account in Pathways is closed" in refused.value.text


def test_without_a_group_no_account_is_made(app: Flask) -> None:
    with pytest.raises(NotLetIn):
        providers.sign_in(known())
    assert stored(app) is None


def test_whoever_the_provider_alone_signs_in_is_sent_no_link_for_a_password(app: Flask) -> None:
    providers.sign_in(known("seo"))
    before = len(trail(app, "password.link"))
    keeping.ask_for_link(ANN, lambda token: token, "127.0.0.1")
    assert len(trail(app, "password.link")) == before


def test_the_account_that_is_made_stands_in_the_audit_trail(app: Flask) -> None:
    providers.sign_in(known("seo"))
    assert trail(app, "account.added")[-1].person == ANN


def test_a_new_person_who_signs_in_twice_at_once_has_one_account(app: Flask) -> None:
    """Each looks before the other has written: whoever comes second finds what the first has made."""
    both, ended = Barrier(2, timeout=10), []

    def come() -> None:
        with app.test_request_context():
            both.wait()
            ended.append(providers.sign_in(known("seo")).username)

    threads = [Thread(target=come) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert ended == [ANN, ANN]
