// Draws answers. All text is set as text, never as HTML: what a model writes cannot link or load
// anything; the only links are those of the service itself.
import { element, linked } from "./elements.js";
import { withPreview } from "./preview.js";
import { addressOf, withFacts } from "./sources.js";
import { say, sayCount } from "./words.js";

// Letters of a passage that are shown on either side of what is marked in it, at least.
const AROUND = 200;

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
    const said = data.likeliest && this.#mark(data);
    this.#nameFacts(data);
    const opener = said && foldedAround(said);
    if (opener) this.section.append(opener);
    if (data.kind === "refusal") this.#refuse(data);
    const doubtful = explanations(data.sentences);
    if (doubtful) this.section.append(doubtful);
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

  // Sets off, in the passage that is shown, the sentence that most likely answers; gives its element.
  #mark({ text, sentences, likeliest: [start, end] }) {
    const place = sentences.findIndex((one) => one.start <= start && start < one.end);
    const drawn = this.section.querySelectorAll(".sentence")[place];
    const node = drawn?.firstChild;
    if (node?.nodeType !== Node.TEXT_NODE) return null;
    const letters = Array.from(text); // offsets count code points, those of nodes do not
    const from = letters.slice(sentences[place].start, start).join("").length;
    const said = node.splitText(from);
    said.splitText(letters.slice(start, end).join("").length);
    const around = element("span", "", "said");
    said.replaceWith(around);
    around.append(said);
    return around;
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
      const mark = citation ? withPreview(linked(piece, addressOf(citation, place)), citation, place) : piece;
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

// Hides of a long passage what stands far from what is marked in it; gives the button that shows it,
// null where nothing is far.
function foldedAround(said) {
  const before = said.previousSibling;
  const after = said.nextSibling;
  const from = nextSentence(before?.data ?? "", (before?.length ?? 0) - AROUND);
  const to = (after?.data ?? "").slice(0, nextSentence(after?.data ?? "", AROUND)).trimEnd().length;
  const far = [];
  if (from > 0) {
    before.splitText(from);
    far.push(before);
  }
  if (to < (after?.data.trimEnd().length ?? 0)) far.push(after.splitText(to));
  if (!far.length) return null;
  const swapped = far.flatMap((text) => {
    const hidden = element("span");
    const cut = element("span", text === before ? "… " : " …");
    text.replaceWith(cut, hidden);
    hidden.append(text);
    return [cut, hidden];
  });
  const opener = element("button", say("The whole passage"), "quiet");
  opener.type = "button";
  const open = (isOpen) => {
    opener.setAttribute("aria-expanded", String(isOpen));
    swapped.forEach((part, number) => (part.hidden = (number % 2 === 0) === isOpen));
  };
  opener.addEventListener("click", () => open(opener.getAttribute("aria-expanded") === "false"));
  open(false);
  return opener;
}

// Where, from a place on, the next line or sentence begins; 0 where the place lies before the text.
const NEXT = /(?<=\n|[。！？][”’」』)]*)|(?<=[.!?]["”’)]*\s)(?=[^\p{Ll}\d\s])/u;
function nextSentence(text, place) {
  if (place <= 0) return 0;
  const rest = text.slice(place).search(NEXT);
  return rest < 0 ? text.length : place + rest;
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
const UNVERIFIED = say("These sources were not found to say this.");

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
  mark.title = DOUBTS[verdict]?.[1] ?? UNVERIFIED;
  return mark;
}

// What the marks in an answer mean, folded: those that stand in it, for who has no pointer to hold
// over them.
function explanations(sentences) {
  const found = Object.entries(DOUBTS).filter(([verdict]) => sentences.some((one) => one.verdict === verdict));
  const meanings = found.map(([, [name, meaning]]) => [name, meaning]);
  if (sentences.some(({ unverified, verdict }) => unverified.length && verdict !== "unsupported")) {
    meanings.push([say("unverified: %(marks)s", { marks: "[n]" }), UNVERIFIED]);
  }
  if (!meanings.length) return null;
  const folded = element("details", "", "verdicts");
  folded.setAttribute("aria-live", "off"); // each was spoken with its sentence
  const list = element("dl");
  for (const [name, meaning] of meanings) list.append(element("dt", name), element("dd", meaning));
  folded.append(element("summary", say("What the marks mean")), list);
  return folded;
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
