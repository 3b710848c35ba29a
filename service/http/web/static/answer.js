// Draws answers and their sources. All text is set as text, never as HTML: what a model writes
// cannot link or load anything; the only links are those of the service itself.
import { withPreview } from "./preview.js";
import { say, sayCount, sayDay } from "./words.js";

// An answer while it comes: its text grows, and each sentence is drawn anew when it is checked. The
// section is a live region: what is still being written is hidden from screen readers, so that they
// speak whole sentences.
export class AnswerText {
  constructor(section) {
    this.section = section;
    this.citations = [];
    this.clear();
  }

  clear() {
    this.section.replaceChildren();
    this.section.hidden = true;
    this.text = "";
    this.open = null; // what holds the text behind the last checked sentence
  }

  add(piece) {
    this.text += piece;
    if (!this.open) {
      this.section.append((this.open = element("span")));
      this.open.setAttribute("aria-hidden", "true");
    }
    this.open.textContent += piece;
    this.section.hidden = false;
  }

  check(sentence) {
    const said = this.open.textContent;
    const gap = said.slice(0, said.length - sentence.text.length);
    this.open.remove();
    this.open = null;
    this.section.append(gap, this.#drawn(sentence, sentence.text));
  }

  // Nothing more comes: what was being written stays as it is.
  settle() {
    this.open?.replaceWith(this.open.textContent);
    this.open = null;
  }

  // The whole answer, where its events have not shown it already.
  finish(data) {
    this.settle();
    if (this.text !== data.text) {
      this.clear();
      const letters = Array.from(data.text); // offsets count code points, as letters do here
      let position = 0;
      for (const sentence of data.sentences) {
        const text = letters.slice(sentence.start, sentence.end).join("");
        this.section.append(letters.slice(position, sentence.start).join(""), this.#drawn(sentence, text));
        position = sentence.end;
      }
      this.section.append(letters.slice(position).join(""));
    }
    if (data.likeliest) this.#mark(data);
    this.#nameFacts(data);
    if (data.kind === "refusal") this.#refuse(data);
    if (data.withheld_sentences?.length) this.section.append(withheld(data.withheld_sentences));
    if (data.outside_question) this.section.append(outside(data.outside_question));
    this.section.hidden = false;
  }

  // In quoted passages; when all is marked, for the words are not equally long.
  #nameFacts({ sentences }) {
    this.section.querySelectorAll(".sentence").forEach((drawn, number) => {
      if (!sentences[number]?.quoted) return;
      for (const node of drawn.childNodes) if (node.nodeType === Node.TEXT_NODE) node.data = withFacts(node.data);
    });
  }

  // Sets off, in the passage that is shown, the sentence that most likely answers.
  #mark({ text, sentences, likeliest: [start, end] }) {
    const place = sentences.findIndex((one) => one.start <= start && start < one.end);
    const drawn = this.section.querySelectorAll(".sentence")[place];
    const node = drawn?.firstChild;
    if (node?.nodeType !== Node.TEXT_NODE) return;
    const letters = Array.from(text); // offsets count code points, those of nodes do not
    const from = letters.slice(sentences[place].start, start).join("").length;
    const said = node.splitText(from);
    said.splitText(letters.slice(start, end).join("").length);
    const around = element("span", "", "said");
    said.replaceWith(around);
    around.append(said);
  }

  // What was searched, and where to read on: the text says so, or a line and a list do.
  #refuse({ searched, nearest }) {
    const linking = linkedNames(this.section.lastChild, nearest);
    const text = this.section.textContent;
    if (!searched.every((query) => text.includes(query))) {
      const queries = searched.map((query) => `“${query}”`).join(", ");
      this.section.append(element("p", say("Searched for %(queries)s.", { queries }), "searched"));
    }
    if (linking || !nearest.length) return;
    const list = element("ul");
    for (const page of nearest) {
      const item = element("li");
      item.append(linked(page.title, page.url));
      list.append(item);
    }
    this.section.append(element("p", say("Nearest pages:"), "searched"), list);
  }

  #drawn(sentence, text) {
    const drawn = element("span", "", "sentence");
    for (const piece of text.split(/(\[\d+\])/)) {
      const own = sentence.citations.find((number) => `[${number}]` === piece);
      const citation = this.citations.find(({ number }) => number === own);
      const place = sentence.source?.number === own ? sentence.source : null;
      const mark = citation ? withPreview(linked(piece, sentenceUrl(citation, place)), citation, place) : piece;
      if (citation && sentence.unverified.includes(own)) {
        mark.className = "unverified";
        mark.title = say("Unverified: %(title)s was not found to say this.", { title: citation.title });
      }
      drawn.append(mark);
    }
    const said = doubt(sentence);
    if (said) drawn.append(" ", said);
    return drawn;
  }
}

// What could be asked elsewhere, folded; nothing sends it.
function outside({ text, removed }) {
  const folded = element("details", "", "outside");
  folded.append(element("summary", say("To ask elsewhere (not sent)")), element("p", text));
  const kinds = [...new Set(removed.map(({ kind }) => kind))].join(", ");
  const leftOut = kinds ? [say("Left out, as far as rules recognise it: %(kinds)s.", { kinds })] : [];
  folded.append(element("p", [...leftOut, say("Read it before you send it.")].join(" "), "searched"));
  return folded;
}

// What the model wrote and is not shown as answer, folded, each with the reason.
function withheld(sentences) {
  const folded = element("details", "", "withheld");
  const count = sayCount("%(count)s withheld sentence", "%(count)s withheld sentences", sentences.length);
  const warning = say("No part of the answer: the model wrote this, and nothing that was found says it.");
  folded.append(element("summary", count), element("p", warning, "searched"));
  const list = element("ul");
  for (const { text, verdict, missing } of sentences) {
    const item = element("li");
    const quote = element("q", text);
    quote.dir = "auto";
    const reasons = [DOUBTS[verdict]?.[1] ?? say("It breaks off, or is a question.")];
    if (missing.length) reasons.push(say("Not in the sources: %(words)s.", { words: missing.join(", ") }));
    item.append(quote, element("p", reasons.join(" "), "searched"));
    list.append(item);
  }
  folded.append(list);
  return folded;
}

const DOUBTS = {
  partly: [say("partly"), say("The sources support this sentence in part only.")],
  unsupported: [say("unsupported"), say("Nothing that was found supports this sentence.")],
  contradicted: [say("contradicted"), say("A source says otherwise.")],
};

// Says that a sentence is not supported and what of it no source holds, or which marks were not
// found to say it; null where all is well. Where nothing supports it, that goes for all its marks.
function doubt({ verdict, missing, unverified }) {
  const doubts = [];
  if (verdict in DOUBTS) {
    const [name] = DOUBTS[verdict];
    const lacking = { verdict: name, words: missing.join(", ") };
    doubts.push(missing.length ? say("%(verdict)s: not in the sources: %(words)s", lacking) : name);
  }
  if (unverified.length && verdict !== "unsupported") {
    doubts.push(say("unverified: %(marks)s", { marks: unverified.map((number) => `[${number}]`).join(" ") }));
  }
  if (!doubts.length) return null;
  const mark = element("span", doubts.join("; "), "verdict");
  mark.title = DOUBTS[verdict]?.[1] ?? say("These sources were not found to say this.");
  return mark;
}

// Makes links of the pages that a text node names, if it names all of them, in this order.
function linkedNames(node, pages) {
  const pieces = [];
  let rest = node?.nodeType === Node.TEXT_NODE ? node.data : "";
  for (const page of pages) {
    const place = rest.indexOf(page.title);
    if (place < 0) return false;
    pieces.push(rest.slice(0, place), linked(page.title, page.url));
    rest = rest.slice(place + page.title.length);
  }
  if (pages.length) node.replaceWith(...pieces, rest);
  return true;
}

// With an answer come the places in the sources that support its sentences.
export function drawSources(list, citations, { short_answer: shortAnswer, sentences, collections } = {}) {
  const several = collections?.length > 1;
  const said = (sentences ?? []).map(({ source }) => source).filter(Boolean);
  list.replaceChildren();
  for (const citation of citations) {
    const item = element("li");
    item.value = citation.number;
    const link = linked(placeName(citation), citation.url);
    const short = shortAnswer?.number === citation.number ? shortAnswer : null;
    const quote = quotation(citation, short, said.filter(({ number }) => number === citation.number));
    for (const part of [link, quote]) part.dir = "auto";
    item.append(link);
    if (several) {
      const of = { collection: citation.collection, day: citation.as_of && sayDay(citation.as_of) };
      item.append(element("span", ` ${citation.as_of ? say("%(collection)s, as of %(day)s", of) : citation.collection}`, "about"));
    }
    if (citation.kept_as_of) item.append(element("span", ` ${say("kept as of %(day)s", { day: sayDay(citation.kept_as_of) })}`, "about"));
    item.append(quote);
    list.append(item);
  }
}

// The part of the quote that supports the answer, or has most to do with the question: what is said
// there stands out, the question's words are marked, and the words that answer it set off.
function quotation({ quote, excerpt, highlights }, short, said) {
  const letters = Array.from(quote); // offsets count code points, as letters do here
  const start = Math.min(excerpt[0], short?.start ?? excerpt[0]);
  const end = Math.max(excerpt[1], short?.end ?? excerpt[1]);
  const shown = element("blockquote", start > 0 ? "… " : "");
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
function withFacts(text) {
  return text.replace(/(^|\n)Infobox(?=\n)/g, (_, before) => before + say("Facts"));
}

// Where a citation stands.
export function placeName({ title, heading_path: path }) {
  return [title, ...path.map((name) => (name === "Infobox" ? say("Facts") : name))].join(" › ");
}

// The address of a citation with the sentence marked that supports what is said, where one is known;
// `place`: where it stands in the quote, which begins where the address says.
export function sentenceUrl({ url }, place) {
  if (!place) return url;
  const from = Number(url.match(/[?&]start=(\d+)/)[1]);
  return url.replace(/start=\d+&end=\d+/, `start=${from + place.start}&end=${from + place.end}`);
}

function linked(text, address) {
  const link = element("a", text);
  link.href = address;
  return link;
}

export function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}
