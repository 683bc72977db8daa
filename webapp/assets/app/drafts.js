// What somebody types is saved while they type; leaving with words that are not saved yet asks. The page's own button saves too.
const PAUSE = 1500;
// Whoever types on and on is saved in between, too.
const LONGEST = 8000;

export function drafts(status) {
  const form = status.closest('form');
  let unsaved = false;
  let since;
  let waiting;
  let sending;
  let last = Promise.resolve();
  let goes = false;
  let unreachable = false;

  // One after the other: each says from which state of the draft it begins, and the answer before tells which that is.
  function save(leaving = false) {
    clearTimeout(waiting);
    waiting = undefined;
    last = leaving ? send(true) : last.then(() => send(false));
    return last;
  }

  async function send(leaving) {
    const body = new FormData(form);
    body.set('draft', 'typing');
    if (leaving && sending) {
      body.delete('version'); // the answer before is still on its way: these are the last words of this page all the same
    }
    const mine = (sending = new AbortController());
    unsaved = false;
    try {
      const answer = await fetch(form.getAttribute('action') || location.pathname, { method: 'POST', body, signal: mine.signal, keepalive: leaving });
      unreachable = false;
      unsaved ||= !answer.ok;
      const said = await answer.json();
      status.textContent = said.message;
      if (answer.ok) {
        form.elements.version.value = said.version;
      }
      if (answer.status === 401) {
        document.dispatchEvent(new Event('pathways:signed-out'));
      }
    } catch (error) {
      if (error.name !== 'AbortError') {
        unsaved = unreachable = true;
        status.textContent = 'What you type is not saved just now: Pathways cannot be reached.';
      }
    } finally {
      sending = sending === mine ? undefined : sending;
    }
  }

  form.addEventListener('input', () => {
    since = waiting === undefined ? Date.now() : since;
    unsaved = true;
    clearTimeout(waiting);
    waiting = setTimeout(save, Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
  });
  form.addEventListener('submit', async event => {
    // The browser's own error page would take the place of this one, and of what is typed in it.
    if (unreachable || !navigator.onLine) {
      event.preventDefault();
      event.stopImmediatePropagation();
      await save();
      if (!unreachable) {
        form.requestSubmit(event.submitter);
      }
      return;
    }
    unsaved = false;
    clearTimeout(waiting);
    sending?.abort(); // what is handed in must not be saved as a draft after it
  });
  // Another form of the page that leads away may end the session ("Sign out"): what is unsaved goes first. What a script of the
  // page sends leads nowhere.
  document.addEventListener('submit', async event => {
    if (event.target !== form && unsaved && !goes && !event.defaultPrevented) {
      event.preventDefault();
      await save();
      goes = true; // what could not be saved is asked about, as for any way away
      event.target.requestSubmit(event.submitter);
    }
  });
  document.addEventListener('pathways:signed-in', () => unsaved && save());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && unsaved && save(true));
  window.addEventListener('beforeunload', event => unsaved && event.preventDefault());
}
