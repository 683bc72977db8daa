"""A process owner changes a process in the modeller and moves the cases that run to it, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.person import Person

PROCESS = "Schools escalation process"
SCHOOL = "Imaginary Hill Foundation Primary School"
#: Deploys the newest version with another id for the element where the case waits.
DEPLOY = """async ([address]) => {
  const page = await (await fetch('/processes/barnsley-escalation')).text();
  const id = page.match(/definitions\\/(\\d+)\\.bpmn/)[1];
  const xml = await (await fetch(`/definitions/${id}.bpmn`)).text();
  const token = document.querySelector('meta[name=csrf-token], input[name=csrf_token]');
  const answer = await fetch('/api/deploy', {
    method: 'POST',
    headers: {'Content-Type': 'application/json', 'X-CSRFToken': token.content ?? token.value},
    body: JSON.stringify({xml: xml.replaceAll('document-evidence', 'write-evidence'), note: 'Renamed',
      file: 'barnsley-escalation.bpmn', base: Number(id)}),
  });
  return [answer.status, await answer.text()];
}"""


def test_running_cases_are_moved_and_brought_back(person: Person, page: Page, axe: Callable[[], None]) -> None:
    person.sign_in("seo").start(PROCESS, SCHOOL)
    person.sign_in("process-owner")
    page.goto(f"{person.address}/definitions/1/edit?fresh=1")
    status, text = page.evaluate(DEPLOY, [person.address])
    assert status == 200, text
    page.goto(f"{person.address}/processes/barnsley-escalation?deployed=1")
    axe()
    page.get_by_role("link", name="Move running cases to version 2").click()
    axe()
    person.press("Continue")
    assert "There is a problem" in person.text()
    axe()
    page.fill("#reason", "The policy of 1 September")
    person.press("Continue")
    assert person.heading == "Move 1 case to version 2?"
    axe()
    person.press("Move the case")
    axe()  # under way, or done already
    page.wait_for_selector("text=All done", timeout=60_000)  # the page comes anew by itself
    axe()
    page.get_by_role("link", name=SCHOOL).click()
    assert "From version 1 to version 2. Reason: The policy of 1 September" in person.text()
    axe()
    page.click("text=Undo the move from version 1")
    page.fill("#undo-reason", "Too early")
    person.press("Undo the move")
    assert "The move is undone" in person.told
