// The fields of the panel, made of bpmn-io's own: what is chosen is chosen from what there is, FEEL is read as it is typed.
import { FeelEntry, FeelTextAreaEntry, SelectEntry, TextAreaEntry, TextFieldEntry } from '@bpmn-io/properties-panel';
import { Fragment, jsx, jsxs } from '@bpmn-io/properties-panel/preact/jsx-runtime';
import { useEffect, useState } from '@bpmn-io/properties-panel/preact/hooks';
import { useService } from 'bpmn-js-properties-panel';
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

/** Whose fields are shown: of a pool that has a process, both; of anything else, itself. */
export const shown = element => {
  const bo = getBusinessObject(element);
  return bo.$type === 'bpmn:Participant' && bo.get('processRef') ? bo.get('processRef') : bo;
};

function useField({ element, field }) {
  const stack = useService('commandStack');
  const factory = useService('bpmnFactory');
  return {
    value: field.at.get(shown(element)),
    put: value => {
      const changes = field.at.set(shown(element), value ?? '', factory);
      stack.execute('properties-panel.multi-command-executor', changes.map(([ moddleElement, properties ]) => ({
        cmd: 'element.updateModdleProperties',
        context: { element, moddleElement, properties }
      })));
    }
  };
}

const optionsOf = ({ field, choices, element }) => field.choices ?? (field.from === 'tasks' ? tasksBeside(element) : choices[field.from]);

function tasksBeside(element) {
  const mine = getBusinessObject(element);
  const beside = (mine.$parent?.get('flowElements') ?? []).filter(each => each.$type === 'bpmn:UserTask' && each !== mine);
  return beside.map(each => ({ value: each.id, label: each.name || each.id }));
}

function basics(props) {
  const { element, id, field, choices } = props;
  const { value, put } = useField(props);
  const note = choices.notes[field.note];
  return {
    element, id, label: field.label, getValue: () => value, setValue: put, debounce: useService('debounceInput'),
    ...(note && { tooltip: note })
  };
}

export function Words(props) {
  return jsx(props.field.as === 'lines' ? TextAreaEntry : TextFieldEntry, basics(props));
}

/** A name that is typed, or taken from those that there are. */
export function Named(props) {
  const words = basics(props);
  const known = props.choices[props.field.from];
  const title = known.find(each => each.value === words.getValue())?.label;
  return jsxs(Fragment, { children: [
    jsx(TextFieldEntry, { ...words, ...(title && { description: title }) }),
    jsxs('div', { class: 'bio-properties-panel-entry', children: [
      jsx('label', { class: 'bio-properties-panel-label', for: `app-named-${props.id}`, children: 'One that there is' }),
      picking(`app-named-${props.id}`, 'Choose…', known, words.setValue)
    ] })
  ] });
}

// A list from which one is taken at a time: it says `first` again after each.
function picking(id, first, known, take) {
  return jsxs('select', {
    id,
    class: 'bio-properties-panel-input',
    value: '',
    onChange: ({ target }) => {
      const { value } = target;
      target.value = '';
      return value && take(value);
    },
    children: [
      jsx('option', { value: '', children: first }),
      ...known.map(each => jsx('option', { value: each.value, children: each.label }, each.value))
    ]
  });
}

export function Feel(props) {
  const { field, choices } = props;
  const words = {
    ...basics(props),
    feel: field.as === 'feel' ? 'required' : 'optional',
    variables: field.knows === 'school' ? choices.variables.filter(each => each.name === 'school') : choices.variables
  };
  return jsx(field.long ? FeelTextAreaEntry : FeelEntry, words);
}

export function One(props) {
  const { element, field, choices } = props;
  const words = basics(props);
  const value = words.getValue();
  const none = typeof field.none === 'function' ? field.none(shown(element), choices.outside) : field.none;
  const known = optionsOf(props);
  const strange = value && !known.some(each => each.value === value) ? [ { value, label: `${value} (is not there)` } ] : [];
  const options = [ { value: '', label: none ?? '' }, ...known, ...strange ];
  return jsx(SelectEntry, { ...words, getOptions: () => options });
}

const REST = 500; // milliseconds after which what was typed is looked at

/** A timer in words or in ISO 8601, and the day that it would be today. */
export function Timer(props) {
  const { element, field, choices } = props;
  const words = basics(props);
  const value = words.getValue();
  const kind = typeof field.timer === 'function' ? field.timer(shown(element)) : field.timer;
  const [ told, tell ] = useState({});
  useEffect(() => {
    let late = false; // an answer to what stands there no more is none
    const waiting = value && !value.startsWith('=') && setTimeout(async () => {
      const answer = await choices.when(value, kind);
      return late || tell(answer);
    }, REST);
    tell({});
    return () => {
      late = true;
      clearTimeout(waiting);
    };
  }, [ value, kind ]);
  const said = told.wrong ?? told.says;
  const description = said && { description: said };
  return field.plain
    ? jsx(TextFieldEntry, { ...words, ...description })
    : jsx(FeelEntry, { ...words, feel: 'optional', variables: choices.variables, ...description });
}

/** Several of what there is, kept as ids with commas between; an expression stays one. */
export function Many(props) {
  const { id, field, element } = props;
  const words = basics(props);
  const value = words.getValue();
  if (value.startsWith('=')) {
    return jsx(FeelEntry, { ...words, feel: 'optional', variables: props.choices.variables });
  }
  const mine = value.split(',').map(each => each.trim()).filter(Boolean);
  const known = optionsOf({ ...props, element });
  const label = name => known.find(each => each.value === name)?.label ?? `${name} (is not there)`;
  const put = names => words.setValue(names.join(','));
  return jsxs('div', {
    class: 'bio-properties-panel-entry app-many',
    'data-entry-id': id,
    children: [
      jsx('label', { class: 'bio-properties-panel-label', for: `app-many-${id}`, title: words.tooltip, children: field.label }),
      jsx('ul', { children: mine.map(name => jsxs('li', {
        children: [
          jsx('span', { children: label(name) }),
          jsx('button', {
            type: 'button', 'aria-label': `Remove ${label(name)}`, onClick: () => put(mine.filter(each => each !== name)), children: '×'
          })
        ]
      }, name)) }),
      picking(`app-many-${id}`, 'Add…', known.filter(each => !mine.includes(each.value)), name => put([ ...mine, name ]))
    ]
  });
}

export const COMPONENTS = { text: Words, named: Named, lines: Words, feel: Feel, either: Feel, one: One, many: Many, timer: Timer };
