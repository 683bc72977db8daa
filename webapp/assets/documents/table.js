// The editor of decision tables: the tables of a file one at a time, and the diagram of what they require.
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import Modeler from 'dmn-js/lib/Modeler';
import { byId, keep, page, say } from './common.js';

const modeler = new Modeler({ container: byId('document-editor') });
const content = async () => (await modeler.saveXML({ format: true })).xml;
const TYPES = { drd: 'How the decisions hang together', decisionTable: '', literalExpression: '', boxedExpression: '' };
const changed = keep(content);

function views() {
  const active = modeler.getActiveView();
  byId('document-views').replaceChildren(...modeler.getViews().map(view => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'govuk-button govuk-button--secondary govuk-!-margin-0';
    button.textContent = TYPES[view.type] || view.element.name || view.element.id;
    button.setAttribute('aria-pressed', String(view === active || view.id === active?.id));
    button.addEventListener('click', () => modeler.open(view));
    return button;
  }));
}

// dmn-js leaves the heading over the numbers of the rules empty, and draws the table again whenever another is opened.
function nameNumbers() {
  byId('document-editor').querySelectorAll('th.index-column:empty').forEach(heading => {
    const name = document.createElement('span');
    name.className = 'govuk-visually-hidden';
    name.textContent = 'Rule';
    heading.append(name);
  });
}

new MutationObserver(nameNumbers).observe(byId('document-editor'), { childList: true, subtree: true });

const heard = new Set();
modeler.on('views.changed', () => {
  views();
  const viewer = modeler.getActiveViewer();
  if (viewer && !heard.has(viewer)) {
    heard.add(viewer);
    viewer.on('commandStack.changed', event => event.trigger === 'clear' || changed());
  }
});

try {
  await modeler.importXML(page.dataset.source);
  const table = modeler.getViews().find(view => view.type !== 'drd');
  if (table) {
    await modeler.open(table);
  }
  page.dataset.shown = 'true';
} catch (error) {
  say(`This file cannot be opened: ${error.message}`, true);
}
