// Every page: GOV.UK components, and questions that show only when they matter. Nothing here is needed to use a page.
import { CharacterCount, createAll, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink, Tabs } from 'govuk-frontend';
import { again } from './again.js';
import { conditions } from './conditions.js';
import { drafts } from './drafts.js';
import { folds } from './folds.js';
import { staying } from './staying.js';
import { upload } from './upload.js';

const COMPONENTS = [ CharacterCount, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink, Tabs ];
// More options than can be looked through: such a select can be typed into.
const MANY = 15;

const PARTS = { '[data-again]': again, 'select[data-autocomplete]': typed, 'form[data-conditions]': conditions, '[data-draft]': drafts, '[data-folds]': folds, '[data-lasts]': staying };

// Few pages need it, so it comes by itself.
async function typed(select) {
  if (select.options.length > MANY) {
    (await import('./autocomplete.js')).autocomplete(select);
  }
}

function begin(scope) {
  COMPONENTS.forEach(component => createAll(component, undefined, scope));
  for (const [ selector, part ] of Object.entries(PARTS)) {
    scope.querySelectorAll(selector).forEach(each => part(each));
  }
  scope.querySelectorAll('form[data-upload]').forEach(each => upload(each, begin));
}

begin(document);
