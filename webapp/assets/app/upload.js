// Files are sent with a bar that shows how far they are. Without a script the form is sent as any other.
const STEP = 10; // per cent after which it is said again

export function upload(form, begin) {
  const told = form.querySelector('[role=status]');
  const bar = form.querySelector('progress');

  function tell(share) {
    bar.value = share;
    const said = `${Math.floor(share / STEP) * STEP}% sent`;
    if (told.textContent !== said) told.textContent = said;
  }

  // What the server answers takes the place of this page's content, and of its address.
  function show(answer) {
    const fresh = new DOMParser().parseFromString(answer.responseText, 'text/html');
    const main = fresh.querySelector('main');
    if (!main) return fail();
    const place = document.querySelector('main').parentElement;
    place.replaceChildren(...main.parentElement.children);
    document.title = fresh.title;
    history.replaceState(null, '', answer.responseURL);
    begin(place);
  }

  function fail() {
    told.textContent = 'The files were not sent: Pathways cannot be reached. Choose Add to try again.';
  }

  form.addEventListener('submit', event => {
    if (!form.querySelector('input[type=file]').files.length) return;
    event.preventDefault();
    bar.parentElement.hidden = false;
    tell(0);
    const sending = new XMLHttpRequest();
    sending.open('POST', form.action);
    sending.upload.addEventListener('progress', sent => sent.lengthComputable && tell((100 * sent.loaded) / sent.total));
    sending.addEventListener('load', () => show(sending));
    sending.addEventListener('error', fail);
    sending.send(new FormData(form));
  });
}
