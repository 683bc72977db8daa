"""What stands behind the ? of an address is data: no name in it is taken for an argument of the code that reads it."""

from __future__ import annotations

from flask import Flask
from lxml import html

from tests.webapp.conftest import Browser, give
from tests.webapp.people.test_access import addresses

#: Parameters of Flask's and of our own functions that build addresses.
NAMES = ("page", "endpoint", "self", "ending", "instance_id", "urn", "address", "more", "values")
OPTIONS = ("_method", "_scheme", "_external", "_anchor")


def test_no_page_trips_over_a_name_in_its_address(app: Flask, browser: Browser, case: int) -> None:
    give(app, "seo@barnsley.example.org", ["seo", "administrator", "process-owner", "service-director"])
    asked = "&".join(f"{name}=x" for name in NAMES + OPTIONS)
    pages = [address for _, method, address in addresses(app) if method == "GET"]
    assert [address for address in pages if browser.client.get(f"{address}?{asked}").status_code >= 500] == []


def test_a_list_goes_on_with_what_was_asked(browser: Browser, case: int) -> None:
    _, page = browser.get("/cases?state=live&text=Sampleby&_anchor=x")
    (address,) = html.fromstring(page).xpath("//a[contains(., 'for Excel')]/@href")
    assert "state=live" in address
    assert "text=Sampleby" in address


def test_the_second_page_of_a_chronology_has_its_pack(browser: Browser, case: int) -> None:
    status, page = browser.sign_in("service-director").get("/schools/100001/chronology?page=2&group=people")
    assert status == 200
    (address,) = html.fromstring(page).xpath("//a[contains(., 'evidence pack')]/@href")
    assert address.startswith("/schools/100001/pack?")
