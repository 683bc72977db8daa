"""What a browser is told about each page, which addresses are ours, and who stands between a browser and us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, url_for
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from engine.errors import SettingWrong

#: How long a browser comes by HTTPS only once it has been here, in seconds: a year.
ALWAYS_HTTPS = 365 * 86_400
#: The whole policy: what is not named comes from nowhere.
POLICY = (
    "default-src 'none'; script-src 'self' {nonce}; style-src 'self' {styles}; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
)
#: What none of the pages asks a browser for.
UNUSED = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


def register(app: Flask, base_address: str) -> None:
    """Serve at ``base_address`` and no other. An empty one (sample mode alone) is whichever a browser asks for."""
    proxies = _proxies(app.config["PROXIES"])
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    if base_address:
        host = urlsplit(base_address).hostname or ""
        app.config["TRUSTED_HOSTS"] = [host, *app.config["MORE_HOSTS"]]
    if base_address.startswith("https://"):
        # A cookie of this name is taken from this host over HTTPS only: no other host of the domain can set it.
        app.config.update(SESSION_COOKIE_SECURE=True, SESSION_COOKIE_NAME="__Host-session", SESSION_COOKIE_PATH="/")
    app.jinja_env.globals["draws"] = draws
    app.register_error_handler(SecurityError, _not_here)
    app.after_request(_headers)


def _proxies(given: Any) -> int:
    """How many proxies stand in front. Raises SettingWrong."""
    if not (text := str(given)).isdecimal():
        reason = f'PATHWAYS_PROXIES is "{given}", and should be how many proxies stand in front, such as 1'
        raise SettingWrong(reason=reason)
    return int(text)


def served(config: Mapping[str, Any]) -> dict[str, Any]:
    """How waitress serves: with the headers of proxies where there are any, and so that idle connections shut nobody out."""
    return {
        "clear_untrusted_proxy_headers": not _proxies(config["PROXIES"]),
        "connection_limit": 1_000,
        "channel_timeout": 60,
        "asyncore_use_poll": True,  # select() cannot watch more than 1,024
        "ident": "",
    }


def address_of(endpoint: str, **values: Any) -> str:
    """The whole address of a page, for a mail: under the configured address, whatever the browser says that we are called."""
    base: str = current_app.extensions["pathways"].config.base_address
    return (base or request.host_url.rstrip("/")) + url_for(endpoint, **values)


def draws() -> str:
    """Said by a template that loads bpmn-js, which sets style attributes on what it draws: this page may have them."""
    g.draws = True
    return ""


def _not_here(_: SecurityError) -> Response:
    """No page can be drawn for a host that is not ours: its links would lead there."""
    return Response("Pathways is not served under this name.\n", 400, mimetype="text/plain")


def _headers(response: Response) -> Response:
    """Nothing from elsewhere is loaded, framed or guessed at; pages about cases are not kept by caches."""
    nonce = f"'nonce-{g.nonce}'" if "nonce" in g else ""
    styles = "'unsafe-inline'" if "draws" in g else ""
    for name, value in (
        ("Content-Security-Policy", POLICY.format(nonce=nonce, styles=styles).replace(" ;", ";")),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Permissions-Policy", UNUSED),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
    ):
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ALWAYS_HTTPS}; includeSubDomains")
    response.headers.setdefault("Cache-Control", "no-store")
    return response
