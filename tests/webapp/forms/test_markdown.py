"""Markdown from forms and diagrams: dressed for the page, and never HTML of its own."""

from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.forms.markdown import quote, to_html


def test_the_subset_is_dressed_in_the_pages_styles() -> None:
    html = to_html("# Matters\n\n- one\n- [two](https://example.org)\n\n1. three\n\n**bold**")
    assert '<h2 class="govuk-heading-m">Matters</h2>' in html
    assert '<ul class="govuk-list govuk-list--bullet">' in html
    assert '<ol class="govuk-list govuk-list--number">' in html
    assert '<a href="https://example.org" class="govuk-link">two</a>' in html
    assert '<p class="govuk-body"><strong>bold</strong></p>' in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "![x](https://example.org/x.png)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "<a href=x onclick=y>z</a>",
        "[x](&#106;avascript:alert(1))",
        "<javascript:alert(1)>",
    ],
)
def test_nothing_that_acts_or_calls_elsewhere_gets_through(text: str) -> None:
    html = lxml.html.fromstring(f"<div>{to_html(text)}</div>")
    assert html.xpath("//script | //img | //*[@onclick]") == []
    assert [link for link in html.xpath("//@href") if ":" in link and not link.startswith("https:")] == []


@given(st.text())
def test_a_quoted_value_stands_as_it_is(value: str) -> None:
    html = lxml.html.fromstring(f"<div>{to_html('Said ' + quote(value) + ' then')}</div>")
    assert [child.tag for child in html.iterdescendants() if isinstance(child.tag, str)] == ["p"]
