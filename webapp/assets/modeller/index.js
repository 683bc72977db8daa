// The modeller: a process owner draws, has the engine check, and deploys. The draft is saved on the server as it is drawn.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import Modeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import minimap from 'diagram-js-minimap';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import blocks, { BLOCKS, templates } from './blocks.js';
import { Draft } from './draft.js';
import { mark, report } from './findings.js';
import panel from './panel/index.js';
import runs from './runs.js';

const page = document.querySelector('[data-modeller]');
const { source, deployed, latest, check, deploy, token, file } = page.dataset;
let base = Number(page.dataset.base) || undefined; // the version that this drawing takes the place of; none of a new process
const PALETTE = 130; // pixels
const byId = id => document.getElementById(id);

const say = (text, bad = false) => {
  const place = byId('modeller-status');
  place.textContent = text;
  place.className = `${bad ? 'govuk-error-message' : 'govuk-body'} govuk-!-margin-bottom-1`;
};

// What there is to choose from; a panel without it would let nothing be chosen.
const AGAIN = 5000; // milliseconds until it is asked for again
const choices = await offered();
choices.when = (text, kind) => ask(page.dataset.timer, { text, kind });

const modeller = new Modeler({
  container: byId('modeller-canvas'),
  propertiesPanel: { parent: byId('modeller-panel') },
  additionalModules: [ BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, panel, runs, blocks, minimap ],
  moddleExtensions: { camunda },
  choices
});

async function offered() {
  try {
    const found = await (await fetch(page.dataset.choices)).json();
    say('');
    return found;
  } catch {
    say('The forms, roles, decisions and messages to choose from cannot be fetched, so the drawing is not opened yet. It is tried '
      + 'again every few seconds. If you were signed out meanwhile, sign in again in another window.', true);
    await new Promise(done => { setTimeout(done, AGAIN); });
    return offered();
  }
}

// A file that cannot be drawn leaves the canvas as it was: it is tried apart, since bpmn-js clears its canvas first. Gives whether
// it could.
async function open(xml, how) {
  try {
    await drawable(xml);
    await modeller.importXML(xml);
  } catch (error) {
    say(`This file cannot be opened: ${error.message}`, true);
    return false;
  }
  report([], select, modeller);
  page.scrollIntoView({ block: 'start' });
  modeller.get('canvas').resized();
  fit(modeller.get('canvas'));
  page.dataset.shown = 'true';
  say(how);
  return true;
}

async function drawable(xml) {
  const { rootElement } = await modeller.get('moddle').fromXML(xml, 'bpmn:Definitions').catch(() => {
    throw new Error('it is no BPMN diagram.');
  });
  const [ diagram ] = rootElement.diagrams ?? [];
  if (!diagram?.plane?.bpmnElement) {
    throw new Error('it holds processes, but no drawing of them.');
  }
}

// The whole diagram, with room on the left so that the palette does not lie over where it starts; a small one is not made large.
function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  const room = inner.width * PALETTE / (outer.width - PALETTE);
  const width = inner.width + room + 20;
  const height = inner.height + 40;
  if (width > outer.width || height > outer.height) {
    canvas.viewbox({ x: inner.x - room, y: inner.y - 20, width, height });
  } else {
    canvas.viewbox({ x: inner.x - PALETTE - 20, y: inner.y - outer.height / 3, width: outer.width, height: outer.height });
  }
}

const drawing = async () => (await modeller.saveXML({ format: true })).xml;

async function ask(url, body) {
  const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': token };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    const kind = answer.headers.get('Content-Type') || '';
    return kind.includes('json') ? await answer.json() : { message: `The server answered ${answer.status}. Your drawing is kept.` };
  } catch {
    return { message: 'The server cannot be reached. Your drawing is kept in this browser, and is saved when it is reached again.' };
  }
}

const draft = new Draft({
  begin: page.dataset.begin,
  spare: page.dataset.spare,
  id: Number(page.dataset.drawing) || undefined,
  number: Number(page.dataset.number) || undefined,
  name: page.dataset.name
}, ask, drawing, (text, bad = false) => {
  byId('modeller-saved').textContent = text;
  byId('modeller-saved').className = `${bad ? 'govuk-error-message' : 'govuk-body-s app-quiet'} govuk-!-margin-bottom-1`;
});

function select(id) {
  const element = modeller.get('elementRegistry').get(id);
  if (element) {
    modeller.get('selection').select(element);
    modeller.get('canvas').scrollToElement(element);
  }
}

byId('modeller-check').addEventListener('click', async () => {
  const { findings = [], message } = await ask(check, { xml: await drawing(), file });
  report(findings, select, modeller);
  const errors = findings.filter(finding => finding.severity === 'error').length;
  say(message || (errors ? `${errors} to mend before this can be deployed.` : 'The engine can run this diagram.'), Boolean(errors || message));
});

byId('modeller-rehearse').addEventListener('click', async () => {
  await draft.flush();
  window.location.assign(`${page.dataset.rehearse}?version=${draft.id ? `draft-${draft.id}` : base}`);
});

byId('modeller-deploy').addEventListener('submit', async event => {
  event.preventDefault();
  const note = byId('modeller-note').value.trim();
  if (!note) {
    say('Enter a note that says what you changed and why.', true);
    byId('modeller-note').focus();
    return;
  }
  await draft.flush();
  const body = { xml: await drawing(), file, note, base, draft: draft.id, from: byId('modeller-from').value };
  const { findings = [], message, address, ...newer } = await ask(deploy, body);
  if (address) {
    draft.forget();
    window.location.assign(address);
    return;
  }
  report(findings, select, modeller);
  if (newer.base) {
    base = newer.base;
    byId('modeller-version').textContent = newer.version + 1;
    say(`${message} Download your drawing to compare the two, or deploy it again to take its place.`, true);
    return;
  }
  say(findings.length ? 'The diagram was refused; what to mend is listed below. Your drawing is kept.' : message, true);
});

function download(content, type, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([ content ], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

byId('modeller-download').addEventListener('click', async () => download(await drawing(), 'application/xml', file));

const { authority } = page.dataset;
byId('modeller-templates').addEventListener('click', () => {
  download(JSON.stringify(templates(authority, choices), null, 2), 'application/json', `${authority}-element-templates.json`);
});

byId('modeller-block').append(...BLOCKS.map(({ id, name }) => new Option(name, id)));
byId('modeller-add').addEventListener('click', () => {
  const name = modeller.get('pathwaysBlocks').add(byId('modeller-block').value);
  say(`“${name}” is on the canvas. What it needs is asked in the panel.`);
});

/** The text of a file in the encoding that it declares: older modellers write ISO-8859-1. */
async function written(chosen) {
  const declaration = await chosen.slice(0, 200).text();
  const [ , encoding ] = /^<\?xml[^>]*encoding\s*=\s*["']([\w-]+)/.exec(declaration) ?? [ '', 'utf-8' ];
  return new TextDecoder(encoding, { fatal: true }).decode(await chosen.arrayBuffer());
}

byId('modeller-open').addEventListener('change', async event => {
  const [ chosen ] = event.target.files;
  if (!chosen) {
    return;
  }
  try {
    if (await open(await written(chosen), `Opened ${chosen.name} from this computer.`)) {
      await draft.changed({ base, file });
    }
  } catch {
    say(`${chosen.name} cannot be opened: it is not in the encoding that it declares. Save it as UTF-8.`, true);
  }
});

const show = (id, shown) => { byId(id).hidden = !shown; };

byId('modeller-deployed').addEventListener('click', async () => {
  await draft.flush();
  show('modeller-discarding', Boolean(draft.id));
  if (!draft.id) {
    await open(await (await fetch(deployed)).text(), 'The deployed version is shown.');
  }
});

byId('modeller-keep').addEventListener('click', () => show('modeller-discarding', false));

let discarded = '';
byId('modeller-discard').addEventListener('click', async () => {
  const { restore, message } = await ask(`/drafts/${draft.id}/discard`, {});
  show('modeller-discarding', false);
  if (!restore) {
    say(message, true);
    return;
  }
  discarded = restore;
  draft.forget();
  base = Number(latest);
  byId('modeller-saved').textContent = '';
  await open(await (await fetch(deployed)).text(), 'The draft is discarded. The deployed version is shown.');
  show('modeller-discarded', true);
});

byId('modeller-undo').addEventListener('click', async () => {
  const { address, message } = await ask(discarded, {});
  if (address) {
    window.location.assign(address);
  } else {
    say(message, true);
  }
});

// What is drawn is looked at as soon as somebody rests; the drawer, which would move the canvas, opens on request alone.
const REST = 1500; // milliseconds after a stroke
let resting;

async function look() {
  const { findings } = await ask(check, { xml: await drawing(), file, drawn: true });
  if (!findings) {
    return;
  }
  const errors = findings.filter(finding => finding.severity === 'error').length;
  const warnings = findings.length - errors;
  mark(findings, modeller);
  byId('modeller-found').textContent = findings.length
    ? `${errors} to mend, ${warnings} to look at: “Check” lists them.`
    : 'Nothing to mend.';
}

modeller.on('commandStack.changed', ({ trigger }) => {
  if (trigger !== 'clear') {
    draft.changed({ base, file });
    clearTimeout(resting);
    resting = setTimeout(look, REST);
  }
});
byId('modeller-minimap').addEventListener('click', event => {
  modeller.get('minimap').toggle();
  event.target.setAttribute('aria-pressed', String(modeller.get('minimap').isOpen()));
});
// A click elsewhere closes the search, and so would the click that opens it.
byId('modeller-search').addEventListener('click', () => setTimeout(() => modeller.get('searchPad').open()));
window.addEventListener('online', () => draft.flush());
setInterval(() => draft.flush(), 20_000); // what could not be sent is tried again

const spare = localStorage.getItem(draft.spare);
if (spare && await open(spare, 'What could not be saved when you were here last is shown, and is saved now.')) {
  await draft.changed({ base, file });
} else {
  await open(await (await fetch(source)).text(), draft.id ? 'Your draft from earlier is shown. It is not deployed yet.' : '');
}
