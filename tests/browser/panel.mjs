// Reads every field of the panel on every element of a diagram, and writes what it read: the diagram must stay as it is.
import { readFileSync } from 'node:fs';
import { BpmnModdle } from 'bpmn-moddle';
import { GROUPS } from '../../webapp/assets/modeller/panel/fields.js';

const camunda = JSON.parse(readFileSync('node_modules/camunda-bpmn-moddle/resources/camunda.json'));
const moddle = new BpmnModdle({ camunda });
const factory = { create: (type, attributes) => moddle.create(type, attributes) };

function inside(element, found = []) {
  found.push(element);
  [ 'rootElements', 'flowElements' ].forEach(name => (element.get?.(name) ?? []).forEach(each => inside(each, found)));
  return found;
}

const wrong = [];
let read = 0;
for (const file of process.argv.slice(2)) {
  const { rootElement } = await moddle.fromXML(readFileSync(file, 'utf8'));
  const before = (await moddle.toXML(rootElement, { format: true })).xml;
  for (const element of inside(rootElement)) {
    for (const field of GROUPS.flatMap(({ fields }) => fields).filter(({ where }) => where(element))) {
      const value = field.at.get(element);
      if (value) {
        read += 1;
        field.at.set(element, value, factory).forEach(([ changed, values ]) => changed.set
          ? Object.entries(values).forEach(([ name, each ]) => changed.set(name, each)) : Object.assign(changed, values));
        if (field.at.get(element) !== value) wrong.push(`${file}: ${element.id}: ${field.label}`);
      }
    }
  }
  const after = (await moddle.toXML(rootElement, { format: true })).xml;
  if (after !== before) {
    const [ was, is ] = [ before, after ].map(each => each.split('\n'));
    const at = was.findIndex((line, number) => line !== is[number]);
    wrong.push(`${file}: ${was[at]} became ${is[at]}`);
  }
}
console.log(JSON.stringify({ read, wrong }));
