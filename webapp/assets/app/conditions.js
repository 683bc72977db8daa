// A question whose condition (FEEL, true means hidden) holds is hidden while it holds; the server judges again on submit.
import { evaluate } from 'feelin';

function answers(form) {
  const data = new FormData(form);
  const found = JSON.parse(form.dataset.conditions || '{}');
  for (const input of form.elements) {
    if (!input.name || input.type === 'hidden') {
      continue;
    }
    if (input.type === 'checkbox') {
      const boxes = form.querySelectorAll(`input[type=checkbox][name="${CSS.escape(input.name)}"]`);
      found[input.name] = boxes.length > 1 ? data.getAll(input.name) : input.checked;
    } else {
      found[input.name] = data.get(input.name) || null;
    }
  }
  return found;
}

function holds(condition, values) {
  try {
    return evaluate(condition.replace(/^=/, ''), values).value === true;
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
