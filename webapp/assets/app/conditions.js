// A question whose condition (FEEL, true means hidden) holds is hidden while it holds; the server judges again on submit.
import { evaluate, oddNames } from '../../../engine/feel/evaluate.js';
import { run } from '../../../engine/feel/run.js';
import { Scope } from '../../../engine/feel/scope.js';
import { machineNow } from '../../../engine/feel/temporal.js';
import { contextOf, number } from '../../../engine/feel/types.js';

const NUMBER = /^-?(\d+\.?\d*|\.\d+)$/;

// As the server reads it: a number where the question asks for one, null where nothing is answered.
function answer(input, value) {
  if (input.inputMode !== 'numeric' && input.inputMode !== 'decimal') {
    return value || null;
  }
  const text = (value ?? '').trim().replace('\u2212', '-').replace(/^\+|,/g, '');
  return NUMBER.test(text) ? number(text) : null;
}

function answers(form) {
  const data = new FormData(form);
  const found = contextOf(Object.entries(JSON.parse(form.dataset.conditions || '{}')));
  for (const input of form.elements) {
    if (!input.name || input.type === 'hidden') {
      continue;
    }
    if (input.type === 'checkbox') {
      const boxes = form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(input.name)}"]`);
      found.set(input.name, boxes.length > 1 ? data.getAll(input.name) : input.checked);
    } else {
      found.set(input.name, answer(input, data.get(input.name)));
    }
  }
  return found;
}

function holds(condition, values) {
  try {
    [ run.moment, run.warnings ] = [ machineNow('Europe/London'), [] ];
    return evaluate(condition.replace(/^=/, ''), new Scope(values), oddNames(values)) === true;
  } catch {
    return false; // better one question too many than one that nobody sees
  }
}

export function conditions(form) {
  const look = () => {
    const values = answers(form);
    for (const part of form.querySelectorAll('[data-condition]')) {
      part.hidden = holds(part.dataset.condition, values);
    }
  };
  form.addEventListener('change', look);
  look();
}
