"""Signing in with an authority's own accounts, by OpenID Connect (authorization code with PKCE, state and nonce: Authlib).

The provider of an authority stands in its file (``signIn``), the client's secret in the environment. What it says of somebody
is believed for that authority alone: who they are, what they are called, and which groups they are in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, session, url_for
from flask_login import login_user
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from engine.people.authorities import Authority
from engine.people.sign_in import Provider
from webapp.people import accounts, browsers, providers, sign_in
from webapp.people.providers import Known, NotLetIn
from webapp.security import address_of

blueprint = Blueprint("oidc", __name__)
#: Seconds that a provider may take to answer.
PATIENCE = 10
#: Where a session keeps what was wanted before, and who signed somebody in.
NEXT, VIA = "oidc-next", "oidc-via"
START_AGAIN = "The sign-in took too long, or was begun in another window. Go back to the sign-in page and begin again."
NO_ANSWER = (
    "{name} does not answer. Wait a few minutes and try again. If you have a password for Pathways, sign in with that."
)
NOT_DONE = "{name} did not sign you in. Try again. If it happens again, ask whoever looks after Pathways whether you may use it."
#: Claims with which a provider says that somebody is in more groups than it lists.
MORE_GROUPS = ("_claim_names", "hasgroups")


def register(app: Flask) -> None:
    """Make a client of each authority that has a provider and a secret for it."""
    oauth = OAuth(app)
    authorities: Mapping[str, Authority] = app.extensions["authorities"]
    for home in authorities.values():
        if home.sign_in and (secret := app.config["OIDC_SECRETS"](home.id)):
            oauth.register(
                home.id,
                client_id=home.sign_in.client,
                client_secret=secret,
                server_metadata_url=f"{home.sign_in.issuer.rstrip('/')}/.well-known/openid-configuration",
                client_kwargs={
                    "scope": "openid profile email",
                    "code_challenge_method": "S256",
                    "default_timeout": PATIENCE,
                },
            )
    app.extensions["oidc"] = oauth


def _client(authority: str) -> Any:
    return current_app.extensions["oidc"].create_client(authority)


def _wanted(authority: str) -> tuple[Any, Provider]:
    """The client of an authority, and what its file says; 404 where there is none."""
    home = current_app.extensions["authorities"].get(authority)
    client = _client(authority) if home and home.sign_in else None
    return (client, home.sign_in) if client else abort(404)


@blueprint.get("/sign-in/with/<home>")
def begin(home: str) -> Response | tuple[str, int]:
    """Lead somebody to the provider."""
    client, provider = _wanted(home)
    session[NEXT] = sign_in.safe(request.args.get("next", ""))
    try:
        answer: Response = client.authorize_redirect(address_of("oidc.done", home=home))
    except (RequestException, ValueError, KeyError):
        return _refused(home, NO_ANSWER.format(name=provider.name), "The provider did not answer.", 503)
    return answer


@blueprint.get("/sign-in/done/<home>")
def done(home: str) -> Response | tuple[str, int]:
    """Somebody comes back from the provider."""
    client, provider = _wanted(home)
    try:
        issuer = {"iss": {"essential": True, "values": [provider.issuer]}}
        said = client.authorize_access_token(claims_options=issuer).get("userinfo")
        account = providers.sign_in(_known(home, provider, said or {}))
    except NotLetIn as refused:
        return _refused(home, refused.text, refused.why, refused.status)
    except RequestException:
        return _refused(home, NO_ANSWER.format(name=provider.name), "The provider did not answer.", 503)
    except OAuthError as error:
        return _failed(home, provider, error)
    except (JoseError, ValueError, KeyError, RuntimeError) as error:
        why = f"What the provider said could not be believed ({type(error).__name__})."
        return _refused(home, NOT_DONE.format(name=provider.name), why, 400)
    return _let_in(home, account)


def _failed(home: str, provider: Provider, error: OAuthError) -> tuple[str, int]:
    """The provider refused, or this browser did not begin the sign-in (the state is another)."""
    if error.error in ("mismatching_state", "missing_state") or "state" in str(error.description or "").lower():
        return _refused(home, START_AGAIN, "The sign-in was not begun in this browser.", 400)
    return _refused(home, NOT_DONE.format(name=provider.name), f"The provider refused ({error.error}).", 403)


def _known(home: str, provider: Provider, said: Mapping[str, Any]) -> Known:
    """What the provider says of somebody. Raises NotLetIn where that is not enough."""
    username = str(said.get(provider.username_claim) or "").strip().lower()
    if not said.get("sub") or "@" not in username:
        raise NotLetIn(
            f"{provider.name} did not say what your email address is. Ask whoever looks after Pathways to have it said.",
            f"The provider did not say {provider.username_claim}.",
        )
    if provider.username_claim == "email" and said.get("email_verified") is False:
        raise NotLetIn(
            f"{provider.name} has not checked your email address. Have it checked there, then sign in again.",
            "The e-mail address is not verified.",
        )
    roles = provider.roles(_groups(provider, said))
    return Known(home, provider, f"{provider.issuer} {said['sub']}", username, str(said.get("name") or username), roles)


def _groups(provider: Provider, said: Mapping[str, Any]) -> list[str]:
    """The groups of somebody, as the provider says. Raises NotLetIn where it leaves them out, since they are too many."""
    if provider.groups_claim not in said and any(each in said for each in MORE_GROUPS):
        raise NotLetIn(
            "You are in more groups than can be told to Pathways. Ask whoever looks after Pathways to have only the groups of "
            "Pathways told (the guide for administrators says how).",
            "The provider did not list the groups, since there are too many.",
        )
    groups = said.get(provider.groups_claim) or []
    return [groups] if isinstance(groups, str) else [str(each) for each in groups]


def _let_in(home: str, account: accounts.Account) -> Response:
    following = session.get(NEXT, "")
    session.clear()
    session[VIA] = home
    login_user(account)
    answer = redirect(following or url_for("home.home"))
    browsers.remember(answer, account.username)
    return answer


def _refused(home: str, text: str, why: str, status: int) -> tuple[str, int]:
    providers.note_refusal(home, why)
    return render_template("auth/refused.html", text=text), status


@blueprint.get("/sign-out/<home>")
def leave(home: str) -> Response | tuple[str, int]:
    """Lead whoever has signed out of Pathways to where they sign out of the provider, too."""
    client, provider = _wanted(home)
    try:
        back = address_of("auth.sign_in")
        answer: Response = client.logout_redirect(post_logout_redirect_uri=back, client_id=provider.client)
    except (RequestException, RuntimeError, ValueError):
        return _refused(home, f"Sign out of {provider.name} on its own page.", "The provider has no sign-out.", 503)
    return answer
