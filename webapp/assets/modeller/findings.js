// What the engine found in a drawing, beside the canvas: a click selects the element.
export function report(findings, select) {
  const place = document.getElementById('modeller-findings');
  place.replaceChildren(...findings.map(finding => line(finding, select)));
  place.hidden = findings.length === 0;
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
