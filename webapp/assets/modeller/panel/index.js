// Our part of the properties panel, beside what bpmn-js says of every BPMN file: names, documentation, messages, signals, loops.
import { isFeelEntryEdited, isSelectEntryEdited, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';
import { COMPONENTS, shown } from './entries.js';
import { GROUPS } from './fields.js';
import { names, property } from './places.js';

// A timer's text is ours, with the day that it would be, and a message is named as those that there are; ad-hoc subprocesses are not
// executed.
const THEIRS = new Set([ 'timer', 'message', 'adHocCompletion' ]);
const OURS = new Set(GROUPS.flatMap(({ fields }) => fields.map(({ note }) => note)));
const EDITED = { one: isSelectEntryEdited, text: isTextFieldEntryEdited, named: isTextFieldEntryEdited, lines: isTextFieldEntryEdited, many: edited };

function edited(node) {
  return Boolean(node?.querySelector?.('li') || node?.closest?.('.app-many')?.querySelector('li'));
}

class Panel {
  static $inject = [ 'propertiesPanel', 'config.choices' ];

  constructor(propertiesPanel, choices) {
    this.choices = choices;
    propertiesPanel.registerProvider(400, this); // after bpmn-js's own, which it takes groups from
  }

  getGroups(element) {
    return groups => [ ...groups.filter(({ id }) => !THEIRS.has(id)), ...this.ours(element) ];
  }

  ours(element) {
    if (!shown(element).$instanceOf || element.type === 'label') {
      return [];
    }
    const bo = shown(element);
    const found = [ ...GROUPS, others(bo) ].map(({ id, label, fields }) => ({
      id: `app-${id}`,
      label,
      entries: fields.filter(({ where }) => where(bo)).map(field => this.entry(field))
    }));
    return found.filter(({ entries }) => entries.length);
  }

  entry(field) {
    return {
      id: `app-${field.id}`, component: COMPONENTS[field.as], isEdited: EDITED[field.as] ?? isFeelEntryEdited, field, choices: this.choices
    };
  }
}

/** Properties of a file that are none of ours: shown, so that nothing in it is hidden. */
function others(bo) {
  const found = bo.get('extensionElements') ? names(bo, 'camunda:Properties', 'values') : [];
  const fields = found.filter(name => name && !OURS.has(name)).map(name => ({
    id: `other-${name}`, label: name, where: () => true, at: property(name), as: 'text'
  }));
  return { id: 'others', label: 'Other properties', fields };
}

export default { __init__: [ 'pathwaysPanel' ], pathwaysPanel: [ 'type', Panel ] };
