// A select of many schools or people as a field to type into, by GOV.UK's accessible-autocomplete. The select stays, unseen: it holds
// what is chosen and is what the form sends. A filter's "All schools" is listed; "Select one" is no choice, and leaves the field empty.
import accessibleAutocomplete from 'accessible-autocomplete';

const PROBLEM = 'Choose one from the list, or leave this empty';
const HTML = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

// Capitals, accents, apostrophes and full stops are passed over: "st marys" finds "St. Mary’s".
function plain(text) {
  return text.normalize('NFKD').replace(/[\u0300-\u036f'’.]/g, '').toLowerCase().trim();
}

// An option, none, or the text that the component begins with.
function said(option) {
  return option?.text ?? option ?? '';
}

export function autocomplete(select) {
  const { id, form } = select;
  const label = form.querySelector(`label[for="${CSS.escape(id)}"]`);
  const listed = [ ...select.options ].filter(each => each.value || select.dataset.autocomplete === 'filter');
  const current = () => listed.find(each => each.selected);
  const described = (select.getAttribute('aria-describedby') ?? '').split(/\s+/).filter(Boolean);
  const focused = document.activeElement === select;
  label.id ||= `${id}-label`;

  // Every word that is typed is somewhere in it; what was chosen before is no search, and shows all.
  function source(query, show) {
    const words = query === said(current()) ? [] : plain(query).split(/\s+/);
    show(listed.filter(each => words.every(word => plain(each.text).includes(word))));
  }

  function choose(option) {
    select.value = option?.value ?? '';
    for (const kind of [ 'input', 'change' ]) {
      select.dispatchEvent(new Event(kind, { bubbles: true }));
    }
    tell(false);
  }

  accessibleAutocomplete.enhanceSelectElement({
    selectElement: select,
    source,
    defaultValue: said(current()),
    onConfirm: option => typeof option === 'object' && choose(option),
    // Escape would confirm what is marked, without a word in the field.
    confirmOnBlur: false,
    autoselect: false,
    showAllValues: true,
    displayMenu: 'overlay',
    menuAttributes: { 'aria-labelledby': label.id },
    templates: { inputValue: said, suggestion: option => said(option).replace(/[&<>"]/g, each => HTML[each]) }
  });
  const input = document.getElementById(id);
  const whole = select.previousElementSibling;
  const problem = document.createElement('p');
  problem.id = `${id}-typed`;
  problem.className = 'govuk-error-message';

  function describe() {
    const own = (input.getAttribute('aria-describedby') ?? '').split(' ').filter(each => each === `${id}__assistiveHint`);
    const all = [ ...described, ...problem.isConnected ? [ problem.id ] : [], ...own ].join(' ');
    if (all !== (input.getAttribute('aria-describedby') ?? '')) {
      input.setAttribute('aria-describedby', all);
    }
  }

  function tell(wrong) {
    if (wrong) {
      problem.innerHTML = `<span class="govuk-visually-hidden">Error:</span> ${PROBLEM}`;
      whole.before(problem);
    } else {
      problem.remove();
    }
    whole.classList.toggle('app-typed--wrong', wrong || select.classList.contains('govuk-select--error'));
    describe();
  }

  // What is typed in full is chosen; of two schools of one name neither is, until one is picked.
  input.addEventListener('input', () => {
    const same = listed.filter(each => plain(each.text) === plain(input.value));
    choose(same.length === 1 ? same[0] : undefined);
  });
  input.addEventListener('click', () => input.value === said(current()) && input.select());
  // At first the component knows nothing but what is chosen, and would list that alone.
  input.addEventListener('focus', () => input.value && input.click(), { once: true });
  form.addEventListener('submit', event => {
    if (input.value.trim() && !select.value && input.value !== said(current())) {
      event.preventDefault();
      tell(true);
      input.focus();
    }
  });
  // The component says its own hint alone, and only while nothing is typed.
  new MutationObserver(describe).observe(input, { attributes: true, attributeFilter: [ 'aria-describedby' ] });
  tell(false);
  if (focused) {
    input.focus();
  }
}
