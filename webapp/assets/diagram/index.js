// A diagram to look at: pan with the mouse or the arrow keys, zoom with + and -, marks for where a case stands.
import 'bpmn-js/dist/assets/diagram-js.css';

import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

const STEP = 80;

async function show(place) {
  const viewer = new NavigatedViewer({ container: place });
  const xml = place.dataset.xml ?? await loaded(place.dataset.diagram);
  if (!xml) {
    place.textContent = 'The diagram could not be loaded. What follows says in words what it shows.';
    return;
  }
  try {
    await viewer.importXML(xml);
  } catch {
    place.textContent = 'This file holds no drawing. What follows says in words what is in it.';
    return;
  }
  const canvas = viewer.get('canvas');
  const known = viewer.get('elementRegistry');
  const mark = (ids, name) => ids.filter(id => known.get(id)).forEach(id => canvas.addMarker(id, name));
  mark(JSON.parse(place.dataset.completed || '[]'), 'app-done');
  mark(JSON.parse(place.dataset.flows || '[]'), 'app-done');
  mark(JSON.parse(place.dataset.active || '[]'), 'app-now');
  for (const [ name, ids ] of Object.entries(JSON.parse(place.dataset.marks || '{}'))) {
    mark(ids, `app-${name}`);
    ids.map(id => known.get(id)).filter(Boolean).forEach(element => badge(viewer, element, name));
  }
  canvas.zoom('fit-viewport', 'auto');
  listed(place, viewer);
  place.addEventListener('keydown', event => keys(event, canvas));
  place.dataset.shown = 'true';
}

async function loaded(address) {
  const answer = await fetch(address);
  return answer.ok ? answer.text() : '';
}

// A sign beside the colour: whoever prints in black, or sees no red, reads the same.
const SIGNS = { removed: '−', added: '+', changed: '≠', moved: '↔' };

function badge(viewer, element, name) {
  const html = document.createElement('span');
  html.className = `app-badge app-badge--${name}`;
  html.textContent = SIGNS[name];
  if (element.children?.some(child => !child.labelTarget)) {
    viewer.get('canvas').addMarker(element, 'app-frame'); // what holds others keeps its ground white
  }
  if (!element.waypoints) {
    viewer.get('overlays').add(element, { position: { top: -12, left: -8 }, html });
  }
}

// What is listed below is a way to its place in this diagram: each name becomes a button that shows it.
function listed(place, viewer) {
  const { side } = place.dataset;
  const known = viewer.get('elementRegistry');
  for (const each of side ? document.querySelectorAll(`[data-${side}]`) : []) {
    const element = known.get(each.dataset[side]);
    if (each !== place && element) {
      asButton(each).addEventListener('click', () => point(viewer, element, place));
    }
  }
}

function asButton(span) {
  let button = span.querySelector('button');
  if (!button) {
    button = document.createElement('button');
    button.type = 'button';
    button.className = 'app-finding';
    button.append(...span.childNodes);
    span.append(button);
  }
  return button;
}

function point(viewer, element, place) {
  const canvas = viewer.get('canvas');
  place.querySelectorAll('.app-pointed').forEach(each => each.classList.remove('app-pointed'));
  canvas.zoom(1);
  canvas.scrollToElement(element, { top: 80, bottom: 80, left: 80, right: 80 });
  viewer.get('elementRegistry').getGraphics(element).classList.add('app-pointed');
  place.scrollIntoView({ block: 'nearest' });
}

function keys(event, canvas) {
  const moves = { ArrowLeft: [ STEP, 0 ], ArrowRight: [ -STEP, 0 ], ArrowUp: [ 0, STEP ], ArrowDown: [ 0, -STEP ] };
  if (moves[event.key]) {
    const [ dx, dy ] = moves[event.key];
    canvas.scroll({ dx, dy });
  } else if (event.key === '+' || event.key === '=') {
    canvas.zoom(canvas.zoom() * 1.2);
  } else if (event.key === '-') {
    canvas.zoom(canvas.zoom() / 1.2);
  } else {
    return;
  }
  event.preventDefault();
}

document.querySelectorAll('[data-diagram]').forEach(show);
