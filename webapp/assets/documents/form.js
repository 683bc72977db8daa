// The form editor, with a preview beside it that the server renders as it renders forms for officers.
import '@bpmn-io/form-js-viewer/dist/assets/form-js.css';
import '@bpmn-io/form-js-editor/dist/assets/form-js-editor.css';
import { FormEditor } from '@bpmn-io/form-js-editor';
import { byId, keep, page, say, send } from './common.js';

const PAUSE = 400; // milliseconds after a change
const editor = new FormEditor({ container: byId('document-editor') });
const content = async () => JSON.stringify(editor.saveSchema(), null, 2);

async function preview() {
  const answer = await send(page.dataset.preview, { xml: await content() }).catch(() => null);
  if (answer) {
    byId('document-preview').innerHTML = await answer.text(); // made by our own server, which escapes what is in the form
  }
}

try {
  await editor.importSchema(JSON.parse(page.dataset.source));
  page.dataset.shown = 'true';
} catch (error) {
  say(`This form cannot be opened: ${error.message}`, true);
}
const changed = keep(content);
let timer;
editor.on('commandStack.changed', () => {
  changed();
  clearTimeout(timer);
  timer = setTimeout(preview, PAUSE);
});
await preview();
