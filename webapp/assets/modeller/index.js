// The modeller: a process owner draws, has the engine check, and deploys. A draft is kept in this browser until deployed.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import '@bpmn-io/properties-panel/dist/assets/properties-panel.css';
import Modeler from 'bpmn-js/lib/Modeler';
import {
  BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule
} from 'bpmn-js-properties-panel';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import { report } from './findings.js';

const page = document.querySelector('[data-modeller]');
const { source, check, deploy, token, draft, file } = page.dataset;
let base = Number(page.dataset.base); // the version that this drawing takes the place of
const PALETTE = 130; // pixels
const byId = id => document.getElementById(id);

const modeller = new Modeler({
  container: byId('modeller-canvas'),
  propertiesPanel: { parent: byId('modeller-panel') },
  additionalModules: [ BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CamundaPlatformPropertiesProviderModule ],
  moddleExtensions: { camunda }
});

const say = (text, bad = false) => {
  const place = byId('modeller-status');
  place.textContent = text;
  place.className = bad ? 'govuk-error-message' : 'govuk-body';
};

// A file that cannot be drawn leaves the canvas as it was: it is tried apart, since bpmn-js clears its canvas first.
async function open(xml, how) {
  try {
    await drawable(xml);
    await modeller.importXML(xml);
  } catch (error) {
    say(`This file cannot be opened: ${error.message}`, true);
    return;
  }
  report([], select);
  fit(modeller.get('canvas'));
  page.dataset.shown = 'true';
  say(how);
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

// The whole diagram, with room on the left so that the palette does not lie over where it starts.
function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  const room = inner.width * PALETTE / (outer.width - PALETTE);
  canvas.viewbox({ x: inner.x - room, y: inner.y - 20, width: inner.width + room + 20, height: inner.height + 40 });
}

const drawing = async () => (await modeller.saveXML({ format: true })).xml;

async function ask(url, body) {
  const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': token };
  try {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    const kind = answer.headers.get('Content-Type') || '';
    return kind.includes('json') ? await answer.json() : { message: `The server answered ${answer.status}. Your drawing is kept.` };
  } catch {
    return { message: 'The server cannot be reached. Your drawing is kept in this browser: try again later.' };
  }
}

function select(id) {
  const element = modeller.get('elementRegistry').get(id);
  if (element) {
    modeller.get('selection').select(element);
    modeller.get('canvas').scrollToElement(element);
  }
}

byId('modeller-check').addEventListener('click', async () => {
  const { findings = [], message } = await ask(check, { xml: await drawing(), file });
  report(findings, select);
  const errors = findings.filter(finding => finding.severity === 'error').length;
  say(message || (errors ? `${errors} to mend before this can be deployed.` : 'The engine can run this diagram.'), Boolean(errors || message));
});

byId('modeller-deploy').addEventListener('submit', async event => {
  event.preventDefault();
  const note = byId('modeller-note').value.trim();
  if (!note) {
    say('Enter a note that says what you changed and why.', true);
    byId('modeller-note').focus();
    return;
  }
  const { findings = [], message, address, ...newer } = await ask(deploy, { xml: await drawing(), file, note, base });
  if (address) {
    localStorage.removeItem(draft);
    window.location.assign(address);
    return;
  }
  report(findings, select);
  if (newer.base) {
    base = newer.base;
    byId('modeller-version').textContent = newer.version + 1;
    say(`${message} Download your drawing to compare the two, or deploy it again to take its place.`, true);
    return;
  }
  say(message || 'The diagram was refused; what to mend is listed below. Your drawing is kept.', true);
});

byId('modeller-download').addEventListener('click', async () => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([ await drawing() ], { type: 'application/xml' }));
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
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
    await open(await written(chosen), `Opened ${chosen.name} from this computer.`);
  } catch {
    say(`${chosen.name} cannot be opened: it is not in the encoding that it declares. Save it as UTF-8.`, true);
  }
});

byId('modeller-deployed').addEventListener('click', async () => {
  localStorage.removeItem(draft);
  await open(await (await fetch(source)).text(), 'The deployed version is shown; your draft is gone.');
});

modeller.on('commandStack.changed', async () => localStorage.setItem(draft, await drawing()));

const kept = localStorage.getItem(draft);
if (kept) {
  await open(kept, 'Your draft from earlier is shown. It is not deployed yet.');
} else {
  await open(await (await fetch(source)).text(), '');
}
