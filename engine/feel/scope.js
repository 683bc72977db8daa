// Names and their values, as an expression sees them.
import { entry } from './types.js';

// Names and their values, and the scope around them.
export class Scope {
  constructor(names, around = null) {
    this.names = names;
    this.around = around;
  }

  own(name) {
    return entry(this.names, name);
  }

  // Undefined if nothing has that name.
  find(name) {
    for (let scope = this; scope; scope = scope.around) {
      const found = scope.own(name);
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }
}

// A scope of one name, as a loop makes many.
class Named extends Scope {
  constructor(name, value, around) {
    super(null, around);
    this.name = name;
    this.value = value;
  }

  own(name) {
    return name === this.name ? this.value : undefined;
  }
}

export const inside = (scope, name, value) => new Named(name, value, scope);

// A filter's condition sees the entries of what it looks at, and all of it as "item".
export function ofItem(scope, item) {
  const around = inside(scope, 'item', item);
  return item instanceof Map ? new Scope(item, around) : around;
}
