"""What a monitor scrapes."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, abort, current_app, request
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from engine.jobs.metrics import exposition
from webapp.current import the_engine

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def metrics() -> Response:
    """The engine's metrics in Prometheus form, for whoever sends the token as a bearer token; not there without one."""
    token = current_app.config["METRICS_TOKEN"]
    if not token:
        abort(404)
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
        abort(401)
    return Response(exposition(the_engine().jobs.figures), content_type=CONTENT_TYPE_PLAIN_0_0_4)
