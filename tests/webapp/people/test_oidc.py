"""Signing in with a council's own accounts, against a provider that runs as a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from engine.people.sign_in import Provider
from tests.webapp.conftest import engine_of, say_in_file
from tests.webapp.people.test_audited import trail
from webapp.people import accounts, oidc
from webapp.people.accounts import Account

PEOPLE: list[dict[str, Any]] = [
    {"sub": "1", "preferred_username": "Ann@barnsley.example.org", "name": "Ann Invented", "groups": ["evaluators"]},
    {"sub": "2", "preferred_username": "bob@barnsley.example.org", "name": "Bob Invented", "groups": ["canteen"]},
    {"sub": "4", "preferred_username": "cy@barnsley.example.org", "name": "Cy", "hasgroups": True},
    {"sub": "5", "name": "Nameless", "groups": ["evaluators"]},
    {"sub": "6", "preferred_username": "seo@barnsley.example.org", "name": "Sly", "groups": ["evaluators"]},
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider that knows these people."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    people = [each for person in PEOPLE for each in ("--user-claims", json.dumps(person))]
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        *people,
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    patient = requests.Session()
    patient.mount("http://", HTTPAdapter(max_retries=Retry(connect=12, backoff_factor=0.2)))
    patient.get(f"{address}/.well-known/openid-configuration").raise_for_status()
    yield address
    process.terminate()
    process.wait()


@pytest.fixture
def council(app: Flask, issuer: str) -> Flask:
    """The application, where Barnsley signs its people in by this provider."""
    app.config["OIDC_SECRETS"] = {"barnsley": "a secret"}.get
    set_provider(app, issuer)
    oidc.register(app)
    return app


def set_provider(app: Flask, issuer: str) -> None:
    groups = {"evaluators": frozenset({"seo"}), "heads": frozenset({"service-director"})}
    provider = Provider("Council account", issuer, "pathways", groups, "preferred_username", "groups")
    say_in_file(app, sign_in=provider)


@pytest.fixture
def client(council: Flask) -> FlaskClient:
    return council.test_client()


def at_the_provider(client: FlaskClient, sub: str, following: str = "") -> str:
    """Begin to sign in, say at the provider who one is, and the address to which it leads back."""
    asked = client.get("/sign-in/with/barnsley", query_string={"next": following})
    answered = requests.post(asked.location, data={"sub": sub}, allow_redirects=False)
    return str(answered.headers["Location"]).removeprefix("http://localhost")


def come(client: FlaskClient, sub: str, following: str = "") -> tuple[int, str]:
    """Sign in as somebody of the provider; the status and the text, or the address that follows."""
    answer = client.get(at_the_provider(client, sub, following))
    return answer.status_code, answer.location or answer.get_data(as_text=True)


def account(app: Flask, username: str) -> Account | None:
    with app.app_context(), engine_of(app).transactions.reading() as session:
        return accounts.find(username, session)


class TestTheWayThere:
    def test_the_sign_in_page_offers_it(self, client: FlaskClient) -> None:
        assert "Sign in with Council account" in client.get("/sign-in").get_data(as_text=True)

    def test_it_asks_for_a_code_with_state_nonce_and_a_challenge(self, client: FlaskClient, issuer: str) -> None:
        asked = client.get("/sign-in/with/barnsley").location
        said = parse_qs(urlsplit(asked).query)
        assert asked.startswith(f"{issuer}/oauth2/authorize?")
        assert said["response_type"] == ["code"]
        assert said["code_challenge_method"] == ["S256"]
        assert all(len(said[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
        assert said["redirect_uri"] == ["http://localhost/sign-in/done/barnsley"]

    def test_an_authority_without_a_provider_has_no_such_page(self, client: FlaskClient) -> None:
        assert client.get("/sign-in/with/elsewhere").status_code == 404

    def test_a_provider_that_does_not_answer_is_said(self, council: Flask) -> None:
        set_provider(council, "http://127.0.0.1:9")
        oidc.register(council)
        answer = council.test_client().get("/sign-in/with/barnsley")
        assert answer.status_code == 503
        assert "Council account does not answer. Wait a few minutes" in answer.get_data(as_text=True)


class TestSomebodyOfAGroup:
    def test_gets_an_account_with_the_roles_of_the_group(self, council: Flask, client: FlaskClient) -> None:
        assert come(client, "1") == (302, "/")
        made = account(council, "ann@barnsley.example.org")
        assert made is not None
        assert (made.name, made.authority, made.grants) == (
            "Ann Invented",
            "barnsley",
            [{"role": "seo", "by_group": True}],
        )

    def test_is_signed_in_and_led_to_what_they_wanted(self, client: FlaskClient) -> None:
        assert come(client, "1", "/schools") == (302, "/schools")
        assert client.get("/schools").status_code == 200

    def test_is_led_to_no_other_site(self, client: FlaskClient) -> None:
        assert come(client, "1", "https://evil.example.org/") == (302, "/")

    def test_stands_in_the_audit_trail(self, council: Flask, client: FlaskClient) -> None:
        come(client, "1")
        entry = trail(council, "sign-in.succeeded")[-1]
        assert (entry.who, entry.after) == ("ann@barnsley.example.org", {"with": "Council account"})

    def test_signs_out_here_and_may_sign_out_there(self, client: FlaskClient, issuer: str) -> None:
        come(client, "1")
        page = client.post("/sign-out", follow_redirects=True).get_data(as_text=True)
        assert "still signed in to Council account" in page
        assert client.get("/sign-out/barnsley").location.startswith(f"{issuer}/oauth2/end_session?")
        assert client.get("/tasks").status_code == 302


class TestInTheMiddleOfAForm:
    @pytest.fixture
    def page(self, council: Flask, client: FlaskClient) -> str:
        """What somebody sees who sent a form after their session had ended."""
        come(client, "1")
        engine_of(council).cases.start("barnsley-escalation", school="100001", authority="barnsley", by="sample")
        fields = _hidden(client.get("/tasks/1").get_data(as_text=True), "//main//form[@action='/tasks/1']")
        council.config["WTF_CSRF_ENABLED"] = True
        client.delete_cookie("session")
        return client.post("/tasks/1", data=fields | {"evidence_summary": "Half a word"}).get_data(as_text=True)

    def test_the_provider_is_asked_in_a_window_of_its_own(self, page: str) -> None:
        [link] = html.fromstring(page).xpath("//a[contains(@href, '/sign-in/with/')]")
        assert (link.get("target"), "opens in a new window" in link.text_content()) == ("_blank", True)

    def test_what_was_typed_goes_on_once_they_have_signed_in_there(
        self, council: Flask, client: FlaskClient, page: str
    ) -> None:
        come(client, "1")  # the other window
        stays = _hidden(page, "//main//form[@action='/tasks/1']")
        again = client.post("/tasks/1", data=stays).get_data(as_text=True)
        assert "Go on with what you typed" in again
        sent = _hidden(again, "//main//form")
        assert "Half a word" in client.post("/tasks/1", data=sent, follow_redirects=True).get_data(as_text=True)


def _hidden(page: str, form: str) -> dict[str, str]:
    found = html.fromstring(page).xpath(f"{form}//input[@type='hidden']")
    return {each.get("name"): each.get("value") for each in found}


REFUSED = {
    "2": (403, "none of your groups there has a role in Pathways"),
    "4": (403, "You are in more groups than can be told to Pathways"),
    "5": (403, "did not say what your email address is"),
    "6": (409, "Somebody else has an account in Pathways with your email address"),
}


class TestRefusals:
    @pytest.mark.parametrize("sub", REFUSED)
    def test_somebody_is_told_why_and_what_to_do(self, council: Flask, client: FlaskClient, sub: str) -> None:
        status, page = come(client, sub)
        assert status == REFUSED[sub][0]
        assert REFUSED[sub][1] in page
        assert client.get("/tasks").status_code == 302
        assert trail(council, "sign-in.refused")[-1].why

    def test_a_sign_in_of_another_browser_is_refused(self, council: Flask, client: FlaskClient) -> None:
        back = at_the_provider(client, "1")
        answer = council.test_client().get(back)
        assert answer.status_code == 400
        assert "begun in another window" in answer.get_data(as_text=True)

    def test_a_code_is_used_once(self, client: FlaskClient) -> None:
        back = at_the_provider(client, "1")
        client.get(back)
        assert client.get(back).status_code == 400

    def test_another_nonce_is_refused(self, client: FlaskClient) -> None:
        back = at_the_provider(client, "1")
        with client.session_transaction() as kept:
            name = next(each for each in kept if each.startswith("_state_barnsley_"))
            kept[name] = {**kept[name], "data": {**kept[name]["data"], "nonce": "another"}}
        assert client.get(back).status_code == 400

    def test_another_issuer_is_refused(self, council: Flask, client: FlaskClient) -> None:
        back = at_the_provider(client, "1")
        set_provider(council, "http://127.0.0.1:9/other")
        assert client.get(back).status_code == 400

    def test_what_the_provider_refuses_is_said(self, client: FlaskClient) -> None:
        asked = parse_qs(urlsplit(client.get("/sign-in/with/barnsley").location).query)
        back = client.get("/sign-in/done/barnsley", query_string={"error": "access_denied", "state": asked["state"][0]})
        assert back.status_code == 403
        assert "Council account did not sign you in" in back.get_data(as_text=True)
