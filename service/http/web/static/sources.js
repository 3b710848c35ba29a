// Draws what an answer is written from: its sources by page, and before it the page that likely answers.
import { element, linked } from "./elements.js";
import { say, sayDay } from "./words.js";

// The page that a search found, before a model has said anything: how it begins, and the passage
// that most likely answers, its likeliest sentence set off. `several`: collections that are asked.
export function drawBest(place, best, several) {
  const heading = element("h2");
  heading.append(linked(best.title, pageOf(best)));
  if (several) heading.append(element("span", ` ${collectionOf(best)}`, "about"));
  const lead = element("p", best.lead, "lead");
  const said = best.said && { start: best.said[0], end: best.said[1] };
  const within = linked(sectionName(best), addressOf(best, said));
  within.className = "place";
  const quote = quotation({ ...best, highlights: [] }, null, said ? [said] : []);
  for (const part of [heading, lead, within, quote]) part.dir = "auto";
  place.replaceChildren(heading, ...(best.lead ? [lead] : []), within, quote);
}

// Page by page, as they are cited. With an answer come the places that support its sentences.
export function drawSources(list, citations, { short_answer: shortAnswer, sentences, collections } = {}) {
  const several = collections?.length > 1;
  const said = (sentences ?? []).map(({ source }) => source).filter(Boolean);
  const pages = Map.groupBy(citations, ({ collection, page_id }) => `${collection}/${page_id}`);
  list.replaceChildren();
  for (const passages of pages.values()) {
    const [first] = passages;
    const item = element("li");
    const title = linked(first.title, pageOf(first));
    title.dir = "auto";
    item.append(title);
    if (several) item.append(element("span", ` ${collectionOf(first)}`, "about"));
    if (first.kept_as_of) item.append(element("span", ` ${say("kept as of %(day)s", { day: sayDay(first.kept_as_of) })}`, "about"));
    const quotes = element("ol");
    for (const citation of passages) {
      const passage = element("li");
      passage.value = citation.number;
      const short = shortAnswer?.number === citation.number ? shortAnswer : null;
      const own = said.filter(({ number }) => number === citation.number);
      const quote = quotation(citation, short, own);
      const place = linked(sectionName(citation), addressOf(citation, own[0]));
      for (const part of [place, quote]) part.dir = "auto";
      passage.append(place, quote);
      quotes.append(passage);
    }
    item.append(quotes);
    list.append(item);
  }
}

// The part of the quote that supports the answer, or has most to do with the question: what is said
// there stands out, the question's words are marked, and the words that answer it set off.
function quotation({ title, quote, excerpt, highlights }, short, said) {
  const letters = Array.from(quote); // offsets count code points, as letters do here
  const heading = quote.startsWith(`${title}\n`) ? Array.from(title).length + 1 : 0; // stands above already
  const start = Math.max(Math.min(excerpt[0], short?.start ?? excerpt[0]), heading);
  const end = Math.max(excerpt[1], short?.end ?? excerpt[1]);
  const shown = element("blockquote", start > heading ? "… " : "");
  const marked = highlights.map(([low, high]) => ({ start: low, end: high }));
  const spans = [...marked, ...said, ...(short ? [short] : [])];
  const edges = new Set([start, end, ...spans.flatMap((span) => [span.start, span.end])]);
  const places = [...edges].filter((at) => start <= at && at <= end).sort((a, b) => a - b);
  const within = (from) => (span) => span.start <= from && from < span.end;
  let strong = null;
  places.slice(0, -1).forEach((from, place) => {
    const text = withFacts(letters.slice(from, places[place + 1]).join(""));
    let piece = marked.some(within(from)) ? element("mark", text) : text;
    if (said.some(within(from))) {
      const around = element("span", "", "said");
      around.append(piece);
      piece = around;
    }
    if (short && within(from)(short)) {
      if (!strong) shown.append((strong = element("strong")));
      strong.append(piece);
    } else {
      shown.append(piece);
    }
  });
  if (end < letters.length) shown.append(" …");
  return shown;
}

// A passage as it is shown: the heading above an infobox's facts is the program's own.
export function withFacts(text) {
  return text.replace(/(^|\n)Infobox(?=\n)/g, (_, before) => before + say("Facts"));
}

// Where a citation stands.
export function placeName({ title, heading_path: path }) {
  return [title, ...path.map(shownHeading)].join(" › ");
}

// Where a citation leads: to the passage, or to `place` in its quote, {start, end}, where it is known.
export function addressOf({ url }, place) {
  if (!place) return url;
  const from = Number(url.match(/[?&]start=(\d+)/)[1]); // there the quote begins
  return url.replace(/start=\d+&end=\d+/, `start=${from + place.start}&end=${from + place.end}`);
}

// The same within its page.
function sectionName({ heading_path: path }) {
  return path.map(shownHeading).join(" › ") || say("Beginning");
}

function shownHeading(name) {
  return name === "Infobox" ? say("Facts") : name;
}

function collectionOf({ collection, as_of: day }) {
  return day ? say("%(collection)s, as of %(day)s", { collection, day: sayDay(day) }) : collection;
}

function pageOf({ url }) {
  return url.split("?")[0];
}
