"""The thin web application over the engine: pages, sign-in, assets. It holds no process logic."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, g, request
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.routing import IntegerConverter, ValidationError
from werkzeug.wrappers import Response

from engine import Config, Engine
from engine.calendar.files import Calendars
from engine.calendar.lateness import is_late
from webapp import current, dates, errors, words
from webapp.db import db, migrate
from webapp.pages import (
    batches,
    behalf,
    calendar,
    cases,
    clauses,
    coverage,
    definitions,
    events,
    home,
    imports,
    links,
    messages,
    metrics,
    school_people,
    schools,
    start,
    successions,
    tasks,
)
from webapp.people import access, guests, names, sign_in
from webapp.sample import page

ROOT = Path(__file__).resolve().parent.parent
#: The one password of all sample people: sample data is invented, and shown only in sample mode.
SAMPLE_PASSWORD = "pathways"


def settings(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """The application's settings from the environment: DATABASE_URL, SECRET_KEY, PATHWAYS_SAMPLE, PATHWAYS_ROOT,
    PATHWAYS_HTTPS, PATHWAYS_METRICS_TOKEN."""
    root = Path(environment.get("PATHWAYS_ROOT", ROOT))
    return {
        "ROOT": root,
        "METRICS_TOKEN": environment.get("PATHWAYS_METRICS_TOKEN", ""),
        "SAMPLE": environment.get("PATHWAYS_SAMPLE") == "1",
        "SAMPLE_PASSWORD": SAMPLE_PASSWORD,
        "SECRET_KEY": environment.get("SECRET_KEY") or secrets.token_hex(32),
        "SQLALCHEMY_DATABASE_URI": database_url(environment.get("DATABASE_URL", ""), root),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": environment.get("PATHWAYS_HTTPS") == "1",
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=10),
        "MAX_CONTENT_LENGTH": 6_000_000,
        "REGISTER_LIMIT": 100_000_000,
        "MAX_FORM_MEMORY_SIZE": 2_000_000,
        "WTF_CSRF_TIME_LIMIT": 10 * 3600,
    }


def database_url(given: str, root: Path) -> str:
    """The database: the one given (PostgreSQL through psycopg), or an SQLite file under ``var/``."""
    if not given:
        return f"sqlite:///{root / 'var' / 'pathways.db'}"
    return given.replace("postgresql://", "postgresql+psycopg://", 1)


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application. ``overrides`` take the place of the environment's settings, ``CLOCK`` of the system's clock."""
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config.from_mapping({**settings(), **(overrides or {})})
    folder = Path(app.config["ROOT"]) / "config"
    config = Config.load(folder, {**os.environ, "PATHWAYS_SAMPLE": "1" if app.config["SAMPLE"] else "0"})
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:///"):
        Path(app.config["SQLALCHEMY_DATABASE_URI"][10:]).parent.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    migrate.init_app(app, db)
    app.extensions["authorities"] = config.authorities
    app.extensions["clauses"] = clauses.load(Path(app.config["ROOT"]) / "processes")
    with app.app_context():
        calendars = Calendars(folder / "calendars", config.fires_at)
        app.extensions["pathways"] = Engine(db.engine, clock=app.config.get("CLOCK"), calendar=calendars, config=config)
    _pages(app)
    return app


class _Ident(IntegerConverter):
    """A number that a database can hold: a longer one names nothing."""

    def to_python(self, value: str) -> Any:
        """The number. Raises ValidationError past 63 bits."""
        if len(value) > 18:
            raise ValidationError
        return super().to_python(value)


def _pages(app: Flask) -> None:
    app.url_map.converters["int"] = _Ident
    app.before_request(imports.allow_more)  # before the body is read
    CSRFProtect(app)
    sign_in.login.init_app(app)
    for module in (
        home,
        metrics,
        calendar,
        imports,
        successions,
        schools,
        school_people,
        coverage,
        sign_in,
        tasks,
        behalf,
        links,
        batches,
        start,
        events,
        cases,
        messages,
        definitions,
        page,
    ):
        app.register_blueprint(module.blueprint)
    errors.register(app)
    access.guard(app)
    app.jinja_loader = ChoiceLoader(
        [PackageLoader("webapp"), PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
    )
    app.jinja_env.filters.update(day=dates.day, hour=dates.hour, lasting=dates.lasting, called=names.person)
    app.jinja_env.filters.update(
        roles=names.roles_in_words, about=words.about, titled=words.titled, reckoned=words.reckoned
    )
    app.jinja_env.tests.update(late=is_late)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_everywhere)
    app.after_request(_secure)


def _everywhere() -> dict[str, Any]:
    """What the layout of every page uses."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    signed_in = current_user.is_authenticated
    guest = signed_in and isinstance(current_user._get_current_object(), guests.Guest)
    return {
        "nonce": g.nonce,
        "person": current_user if signed_in else None,
        "today": current.now(),
        "navigation": home.navigation() if signed_in and not guest else [],
        "guest": guest,
    }


def _secure(response: Response) -> Response:
    """Nothing from elsewhere is loaded, framed or guessed at; pages about cases are not kept by caches."""
    nonce = f"'nonce-{g.nonce}'" if "nonce" in g else ""
    response.headers.setdefault(
        "Content-Security-Policy",
        # bpmn-js sets style attributes on what it draws.
        f"default-src 'self'; script-src 'self' {nonce}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
