// Work in the background: the page looks by itself how far it is. Nothing is taken from under whoever has the focus in it.
const EVERY = 2_000; // milliseconds

export function again(link) {
  const main = link.closest('main');
  const look = async () => {
    const answer = await fetch(window.location.href).catch(() => null);
    if (answer === null || !answer.ok || answer.redirected) return; // the link is still there
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (!fresh.querySelector('[data-again]')) return window.location.reload();
    if (!main.contains(document.activeElement)) {
      main.replaceChildren(...fresh.querySelector('main').children);
      document.title = fresh.title;
    }
    setTimeout(look, EVERY);
  };
  setTimeout(look, EVERY);
}
