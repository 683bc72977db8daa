// What is not executed cannot be chosen either where one element is made into another (engine/lint/supported.py says what and why).
import { getBusinessObject } from 'bpmn-js/lib/util/ModelUtil';

const NEVER = /complex-gateway|ad-hoc|compensation-start/;
const NOT_OF_PROCESSES = /conditional-start/; // nothing has variables to watch before there is a case

class Runs {
  static $inject = [ 'popupMenu' ];

  constructor(popupMenu) {
    popupMenu.registerProvider('bpmn-replace', 400, this); // after bpmn-js's own
  }

  getPopupMenuEntries(element) {
    const ofProcess = getBusinessObject(element).$parent?.$type === 'bpmn:Process';
    const runs = id => !NEVER.test(id) && !(ofProcess && NOT_OF_PROCESSES.test(id));
    return entries => Object.fromEntries(Object.entries(entries).filter(([ id ]) => runs(id)));
  }
}

export default { __init__: [ 'pathwaysRuns' ], pathwaysRuns: [ 'type', Runs ] };
