// What stands open beside a form on a wide screen is folded on a phone, where it would stand before it.
const NARROW = '(max-width: 40.0525em)';

export function folds(part) {
  part.open = !window.matchMedia(NARROW).matches;
}
