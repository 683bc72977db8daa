// Every page: GOV.UK components, and questions that show only when they matter. Nothing here is needed to use a page.
import { CharacterCount, createAll, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink, Tabs } from 'govuk-frontend';
import { conditions } from './conditions.js';

for (const component of [ CharacterCount, ErrorSummary, NotificationBanner, Radios, ServiceNavigation, SkipLink, Tabs ]) {
  createAll(component);
}
document.querySelectorAll('form[data-conditions]').forEach(conditions);
