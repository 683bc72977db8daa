// What the panel says of each user task of a diagram where checkAnswers is left open: file, then the roles outside.
import { readFileSync } from 'node:fs';
import { BpmnModdle } from 'bpmn-moddle';
import { byDefault } from '../../webapp/assets/modeller/panel/weighs.js';

const camunda = JSON.parse(readFileSync('node_modules/camunda-bpmn-moddle/resources/camunda.json'));
const [ file, ...outside ] = process.argv.slice(2);
const { rootElement } = await new BpmnModdle({ camunda }).fromXML(readFileSync(file, 'utf8'));

const said = {};
(function look(element) {
  if (element.$type === 'bpmn:UserTask') said[element.id] = byDefault(element, outside);
  [ 'rootElements', 'flowElements' ].forEach(name => (element.get?.(name) ?? []).forEach(look));
}(rootElement));
console.log(JSON.stringify(said));
