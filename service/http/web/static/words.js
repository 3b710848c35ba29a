// What scripts say, in the language of the page, which brings what stands for their English words.
export const LANGUAGE = document.documentElement.lang;
const WORDS = JSON.parse(document.getElementById("translations")?.textContent ?? "{}");
// In the order in which gettext has its plural forms.
const CATEGORIES = ["zero", "one", "two", "few", "many", "other"];
const rules = new Intl.PluralRules(LANGUAGE);
const forms = CATEGORIES.filter((category) => rules.resolvedOptions().pluralCategories.includes(category));

const days = new Intl.DateTimeFormat(LANGUAGE === "en" ? "en-GB" : LANGUAGE, { dateStyle: "long", timeZone: "UTC" });
const lists = new Intl.ListFormat(LANGUAGE);

// A day of ISO 8601 as people write it, as on the service's own pages: 1 November 2026.
export function sayDay(day) {
  return days.format(new Date(day));
}

// One, another and a third.
export function sayList(parts) {
  return lists.format(parts);
}

export function say(words, values = {}) {
  return filled(WORDS[words]?.[0] ?? words, values);
}

// In the form that goes with the count, which the words call %(count)s.
export function sayCount(one, many, count, values = {}) {
  const known = WORDS[one] ?? [one, many];
  const place = Math.min(forms.indexOf(rules.select(count)), known.length - 1);
  return filled(known[place], { count, ...values });
}

function filled(words, values) {
  return words.replace(/%\((\w+)\)s|%%/g, (place, name) => (name ? values[name] : "%"));
}
