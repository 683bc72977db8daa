// What the engine found in a drawing: a drawer below the canvas, and marks on the elements; a click leads from one to the other.
let marked = [];

export function report(findings, select, modeller) {
  const place = document.getElementById('modeller-findings');
  place.replaceChildren(...findings.map(finding => line(finding, select)));
  document.getElementById('modeller-drawer').hidden = findings.length === 0;
  mark(findings, modeller);
}

export function mark(findings, modeller) {
  const canvas = modeller.get('canvas');
  const known = modeller.get('elementRegistry');
  marked.filter(([ id ]) => known.get(id)).forEach(([ id, name ]) => canvas.removeMarker(id, name));
  marked = findings.filter(({ element }) => known.get(element)).map(({ element, severity }) => [ element, `app-${severity}` ]);
  marked.forEach(([ id, name ]) => canvas.addMarker(id, name));
}

function line(finding, select) {
  const item = document.createElement('li');
  const what = document.createElement(finding.element ? 'button' : 'span');
  what.textContent = finding.name || finding.element || 'The file';
  if (finding.element) {
    what.type = 'button';
    what.className = 'app-finding';
    what.addEventListener('click', () => select(finding.element));
  }
  const kind = finding.severity === 'error' ? 'Mend' : 'Look at';
  item.append(`${kind}: `, what, ` — ${finding.message} ${finding.remedy} (${finding.code})`);
  return item;
}
