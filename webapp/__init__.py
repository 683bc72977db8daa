"""The thin web application over the engine: pages, sign-in, assets. It holds no process logic."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, g
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from werkzeug.routing import IntegerConverter, ValidationError

from engine import Config, Engine
from engine.calendar.files import Calendars
from engine.calendar.lateness import is_late
from engine.store.database import pooling
from webapp import current, dates, errors, limits, security, static_files, words
from webapp.db import db, migrate
from webapp.forms import drafts
from webapp.pages import (
    accessibility,
    account_keeping,
    archive,
    archives,
    attention,
    audit,
    batches,
    behalf,
    board,
    calendar,
    case_list,
    cases,
    choices,
    chronology,
    clauses,
    comments,
    comparisons,
    configuration,
    conflicts,
    corrections,
    coverage,
    covers,
    day,
    definitions,
    documents,
    drawings,
    events,
    feed,
    files,
    hands,
    holds,
    home,
    imports,
    incidents,
    interventions,
    links,
    lists,
    messages,
    metrics,
    migrations,
    moving,
    new_processes,
    notices,
    overview,
    own_account,
    plans,
    proof,
    register,
    rehearsals,
    replays,
    reports,
    retention,
    retries,
    roles,
    school_calendar,
    school_people,
    schools,
    second_factor,
    sending,
    start,
    statistics,
    subject,
    successions,
    told,
    trends,
    values,
)
from webapp.pages.numbers import with_query
from webapp.people import access, accounts, guests, names, oidc, rates, sign_in, staying, witness
from webapp.reports import by_itself
from webapp.sample import page
from webapp.settings import check, settings


def create_app(overrides: Mapping[str, Any] | None = None, serving: bool = True) -> Flask:
    """The application. ``overrides`` take the place of the environment's settings, ``CLOCK`` of the system's clock.

    ``serving`` is whether people will come to it: then it raises UnsafeSettings where that would not be safe.
    """
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping({**settings(), **(overrides or {})})
    folder = Path(app.config["ROOT"]) / "config"
    given = {
        "PATHWAYS_SAMPLE": "1" if app.config["SAMPLE"] else "0",
        "PATHWAYS_BASE_ADDRESS": app.config["BASE_ADDRESS"],
        "PATHWAYS_FILES": app.config["FILES"],
    }
    config = Config.load(folder, {**os.environ, **given})
    if serving:
        check(app.config, config.base_address, app.debug)
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite:///"):
        Path(app.config["SQLALCHEMY_DATABASE_URI"][10:]).parent.mkdir(parents=True, exist_ok=True)
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", pooling(app.config["SQLALCHEMY_DATABASE_URI"]))
    db.init_app(app)
    migrate.init_app(app, db)
    app.extensions["told"] = told.load(Path(app.config["ROOT"]) / "processes")
    with app.app_context():
        calendars = Calendars(folder / "calendars", config.fires_at)
        app.extensions["pathways"] = Engine(
            db.engine,
            clock=app.config.get("CLOCK"),
            calendar=calendars,
            config=config,
            directory=accounts.members,
        )
    by_itself.register(app, app.extensions["pathways"])
    app.extensions["authorities"] = app.extensions["pathways"].config.authorities
    app.extensions["clauses"] = clauses.Known(app.extensions["pathways"])
    _pages(app)
    static_files.register(app)
    security.register(app, config.base_address)
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
    witness.register(app)
    app.before_request(files.allow_more)
    app.before_request(imports.allow_more)  # before the body is read
    limits.register(app)
    CSRFProtect(app)
    sign_in.login.init_app(app)
    oidc.register(app)
    for module in (
        home,
        accessibility,
        overview,
        statistics,
        metrics,
        calendar,
        imports,
        successions,
        schools,
        school_people,
        coverage,
        proof,
        sign_in,
        oidc,
        staying,
        own_account,
        second_factor,
        account_keeping,
        audit,
        day,
        lists,
        hands,
        covers,
        attention,
        notices,
        behalf,
        files,
        corrections,
        links,
        batches,
        start,
        events,
        feed,
        case_list,
        archive,
        retention,
        holds,
        subject,
        cases,
        incidents,
        retries,
        interventions,
        sending,
        moving,
        chronology,
        messages,
        definitions,
        migrations,
        comparisons,
        configuration,
        archives,
        values,
        roles,
        register,
        school_calendar,
        comments,
        conflicts,
        rehearsals,
        replays,
        reports,
        board,
        trends,
        drawings,
        documents,
        new_processes,
        choices,
        plans,
        page,
    ):
        app.register_blueprint(module.blueprint)
    errors.register(app)
    access.guard(app)
    rates.register(app)
    app.jinja_loader = ChoiceLoader(
        [PackageLoader("webapp"), PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
    )
    app.jinja_env.template_class = names.Page
    app.jinja_env.filters.update(day=dates.day, hour=dates.hour, lasting=dates.lasting, called=names.person)
    app.jinja_env.filters.update(
        roles=names.roles_in_words,
        about=words.about,
        titled=words.titled,
        linked=words.linked,
        reckoned=words.reckoned,
        with_query=with_query,
    )
    app.jinja_env.tests.update(late=is_late)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_everywhere)


def _everywhere() -> dict[str, Any]:
    """What the layout of every page uses."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    if "without_database" in g:
        return {"nonce": g.nonce}
    signed_in = current_user.is_authenticated
    guest = signed_in and isinstance(current_user._get_current_object(), guests.Guest)
    return {
        "nonce": g.nonce,
        "person": current_user if signed_in else None,
        "today": current.now(),
        "navigation": home.navigation() if signed_in and not guest else [],
        "guest": guest,
        "lasts": staying.lasts(),
        "writer": drafts.writer() if signed_in else "",
    }
