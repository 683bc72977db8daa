// A diagram to look at: pan with the mouse or the arrow keys, zoom with + and -, marks for where a case stands.
import 'bpmn-js/dist/assets/diagram-js.css';

import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

const STEP = 80;

async function show(place) {
  const viewer = new NavigatedViewer({ container: place });
  const answer = await fetch(place.dataset.diagram);
  if (!answer.ok) {
    place.textContent = 'The diagram could not be loaded. What follows says in words where the case stands.';
    return;
  }
  await viewer.importXML(await answer.text());
  const canvas = viewer.get('canvas');
  const known = viewer.get('elementRegistry');
  const mark = (ids, name) => ids.filter(id => known.get(id)).forEach(id => canvas.addMarker(id, name));
  mark(JSON.parse(place.dataset.completed || '[]'), 'app-done');
  mark(JSON.parse(place.dataset.flows || '[]'), 'app-done');
  mark(JSON.parse(place.dataset.active || '[]'), 'app-now');
  canvas.zoom('fit-viewport', 'auto');
  place.addEventListener('keydown', event => keys(event, canvas));
  place.dataset.shown = 'true';
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
