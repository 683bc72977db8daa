"""What a page loads besides itself: small, kept by the browser, and asked for once."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp import static_files

#: What the first visit may take, in bytes as they travel, without a diagram.
FIRST_VISIT = 100_000


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def loaded(client: FlaskClient, encoding: str = "gzip") -> list[TestResponse]:
    """Whatever the sign-in page loads."""
    page = client.get("/sign-in").get_data(as_text=True)
    files = re.findall(r'<(?:link|script)[^>]+(?:href|src)="(/static/[^"]+)"', page)
    return [client.get(file, headers={"Accept-Encoding": encoding}) for file in files]


def test_a_first_visit_is_small(client: FlaskClient) -> None:
    page = len(client.get("/sign-in").get_data())
    assert page + sum(len(each.get_data()) for each in loaded(client)) < FIRST_VISIT


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_files_come_compressed(client: FlaskClient, encoding: str) -> None:
    assert {each.headers.get("Content-Encoding") for each in loaded(client, encoding)} == {encoding}


def test_who_takes_nothing_compressed_gets_the_file_itself(client: FlaskClient) -> None:
    assert {each.headers.get("Content-Encoding") for each in loaded(client, "identity")} == {None}


def test_a_browser_need_not_ask_again(client: FlaskClient) -> None:
    assert all("public, immutable" in each.headers["Cache-Control"] for each in loaded(client))


def test_a_file_is_what_it_says(client: FlaskClient) -> None:
    assert {each.headers["X-Content-Type-Options"] for each in loaded(client)} == {"nosniff"}


def test_a_file_that_is_not_there_has_a_page(client: FlaskClient) -> None:
    answer = client.get("/static/build/nothing.js")
    assert answer.status_code == 404
    assert "govuk-template" in answer.get_data(as_text=True)


def test_a_file_that_the_build_does_not_make_is_found_out() -> None:
    with pytest.raises(KeyError):
        static_files.address("nothing.js")
