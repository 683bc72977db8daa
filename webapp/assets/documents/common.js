// What the editors of forms and tables share: the draft on the server, checking, deploying, and what is said of it.
import { Draft } from '../modeller/draft.js';

export const page = document.querySelector('[data-document]');
const { kind, key, token } = page.dataset;
export const byId = id => document.getElementById(id);

export async function send(url, body) {
  const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': token };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify({ kind, key, ...body }) });
}

async function ask(url, body) {
  try {
    const answer = await send(url, body);
    const type = answer.headers.get('Content-Type') || '';
    return type.includes('json') ? await answer.json() : { message: `The server answered ${answer.status}. Your draft is kept.` };
  } catch {
    return { message: 'The server cannot be reached. Your draft is kept in this browser, and is saved when it is reached again.' };
  }
}

export function say(text, bad = false) {
  const place = byId('document-status');
  place.textContent = text;
  place.className = `${bad ? 'govuk-error-message' : 'govuk-body'} govuk-!-margin-bottom-1`;
}

function report(findings) {
  byId('document-findings').replaceChildren(...findings.map(each => {
    const item = document.createElement('li');
    const what = [ each.name || each.element, each.file ].filter(Boolean)[0];
    item.textContent = `${each.severity === 'error' ? 'Mend' : 'Look at'}: ${what} — ${each.message} ${each.remedy} (${each.code})`;
    return item;
  }));
}

/** Begin: `content` gives the document as text. Gives what is to be called after each change. */
export function keep(content) {
  const draft = new Draft({
    begin: page.dataset.begin,
    spare: page.dataset.spare,
    id: Number(page.dataset.drawing) || undefined,
    number: Number(page.dataset.number) || undefined,
    name: page.dataset.name
  }, ask, content, (text, bad = false) => {
    byId('document-saved').textContent = text;
    byId('document-saved').className = `${bad ? 'govuk-error-message' : 'govuk-body-s app-quiet'} govuk-!-margin-bottom-1`;
  });

  byId('document-check').addEventListener('click', async () => {
    const { findings = [], message } = await ask(page.dataset.check, { xml: await content() });
    report(findings);
    const errors = findings.filter(each => each.severity === 'error').length;
    say(message || (errors ? `${errors} to mend before this can be deployed.` : 'Nothing stands against deploying this.'), Boolean(errors || message));
  });

  byId('document-deploy').addEventListener('submit', async event => {
    event.preventDefault();
    const note = byId('document-note').value.trim();
    if (!note) {
      say('Enter a note that says what you changed and why.', true);
      byId('document-note').focus();
      return;
    }
    await draft.flush();
    const version = Number(page.dataset.version);
    const body = { xml: await content(), note, version, draft: draft.id, from: byId('document-from').value };
    const { findings = [], message, address, version: newer } = await ask(page.dataset.deploy, body);
    if (address) {
      draft.forget();
      window.location.assign(address);
      return;
    }
    report(findings);
    if (newer) {
      page.dataset.version = newer;
      say(`${message} Look at what is different on the page of your draft, or deploy it again to take its place.`, true);
      return;
    }
    say(message, true);
  });

  window.addEventListener('online', () => draft.flush());
  setInterval(() => draft.flush(), 20_000); // what could not be sent is tried again
  return () => draft.changed({});
}
