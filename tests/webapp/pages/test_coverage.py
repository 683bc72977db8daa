"""What the policies ask for, and what carries it."""

from __future__ import annotations

from tests.webapp.conftest import Browser


def test_each_document_lists_its_duties_with_what_carries_them(browser: Browser) -> None:
    _, page = browser.sign_in("seo").get("/coverage")
    assert "30 of 30 duties are carried" in page
    assert "32 of 32 duties are carried" in page
    assert "BAR-ESC-0.2" in page
    assert "SEO evidence summary, in" in page
    assert "Nothing yet" not in page
    assert page.count('<details class="govuk-details app-document">') == 2, "a line a document, its duties folded"


def test_another_authority_sees_none_of_it(browser: Browser) -> None:
    _, page = browser.sign_in("seo", "elsewhere").get("/coverage")
    assert "BAR-" not in page
    assert "no register of clauses" in page
