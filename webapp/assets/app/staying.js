// Before a session ends the page asks whether to stay signed in; once it has ended, to sign in here. What was typed stays.
const ASKED_BEFORE = 600; // seconds
const LOOK = 15_000;

export function staying(part) {
  const [ stay, again ] = [ part.querySelector('#stay'), part.querySelector('#again') ];
  let ends;
  let quiet = false;

  function left() {
    return Math.round((ends - Date.now()) / 1000);
  }

  function show(dialog) {
    if (!dialog.open) dialog.showModal();
  }

  // What the server says of the session: another window may have extended it, or ended it.
  async function ask() {
    try {
      const said = await (await fetch('/session')).json();
      renew(said);
      return said.signed_in;
    } catch {
      return true; // it cannot be reached: nothing is known
    }
  }

  function renew(said) {
    ends = Date.now() + said.lasts * 1000;
    quiet &&= !said.signed_in;
    for (const field of document.querySelectorAll('input[name=csrf_token]')) {
      field.value = said.csrf;
    }
  }

  async function look() {
    if (stay.open) {
      tell();
    }
    if (left() > ASKED_BEFORE || quiet) return;
    if (!await ask()) {
      ended();
    } else if (left() <= ASKED_BEFORE && !stay.open) {
      tell();
      show(stay);
    }
  }

  function tell() {
    const minutes = Math.max(1, Math.ceil(left() / 60));
    stay.querySelector('[data-left]').textContent = minutes === 1 ? 'a minute' : `${minutes} minutes`;
  }

  function ended() {
    stay.close();
    quiet = true; // asked once; sending the form asks again
    ask(); // for what a form needs to be sent without a session
    show(again);
  }

  async function send(form) {
    const answer = await fetch(form.getAttribute('action'), { method: 'POST', body: new FormData(form) });
    return { ok: answer.ok, said: await answer.json() };
  }

  stay.querySelector('form').addEventListener('submit', async event => {
    event.preventDefault();
    const { ok, said } = await send(event.target).catch(() => ({ ok: false, said: {} }));
    if (!ok) return ended();
    renew(said);
    stay.close();
  });

  again.querySelector('form').addEventListener('submit', async event => {
    event.preventDefault();
    const problem = again.querySelector('[data-problem]');
    const { ok, said } = await send(event.target).catch(() => ({ ok: false, said: { message: 'Pathways cannot be reached. Try again' } }));
    again.querySelector('[name=password]').value = '';
    problem.textContent = ok ? '' : said.message;
    if (!ok) return;
    renew(said);
    again.close();
    document.dispatchEvent(new Event('pathways:signed-in'));
  });

  for (const button of part.querySelectorAll('[data-close]')) {
    button.addEventListener('click', () => {
      quiet = true;
      button.closest('dialog').close();
    });
  }
  document.addEventListener('pathways:signed-out', ended);
  ends = Date.now() + Number(part.dataset.lasts) * 1000;
  setInterval(look, LOOK);
  look();
}
