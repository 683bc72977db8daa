// What one call has of its own: the time that now() tells, and what FEEL remarks on the way to a value.
export const run = {
  moment: null,
  warnings: [],
  now() {
    if (run.moment === null) {
      throw new Error('it asks for now() or today(), and no time was given');
    }
    return run.moment;
  },
};

const MOST = 20;

export function warn(message) {
  if (run.warnings.length < MOST) {
    run.warnings.push(message);
  }
}
