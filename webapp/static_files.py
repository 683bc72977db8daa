"""Styles, scripts and pictures of the pages: compressed when they are built, and kept by a browser for good.

The name of each holds a hash of its content, so that what says something else has another name.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

#: What webapp/assets/build.mjs writes, and under which address it is served.
FOLDER, ADDRESS = Path(__file__).parent / "static" / "build", "/static/build/"


def register(app: Flask) -> None:
    """Serve them before any page is asked for, and give templates ``asset``: the address of a file by its plain name."""
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(FOLDER),
        prefix=ADDRESS,
        immutable_file_test=r"-[A-Z0-9]{8}\.\w+$",
        allow_all_origins=False,
        add_headers_function=_headers,
    )
    app.jinja_env.globals["asset"] = address


def address(name: str) -> str:
    """Where a file of the build is, such as ``app.css``. Raises KeyError for one that the build does not make."""
    return ADDRESS + _names()[name]


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = json.loads((FOLDER / "names.json").read_text(encoding="utf-8"))
    return found


def _headers(headers: Headers, path: str, url: str) -> Any:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
