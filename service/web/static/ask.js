// Asks the service and shows the answer as it comes. All text is set as text, never as HTML.
"use strict";

const form = document.getElementById("ask");
const field = document.getElementById("question");
const status = document.getElementById("status");
const answer = document.getElementById("answer");
const sources = document.getElementById("sources");
let running = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  // The address keeps the question, so that coming back from a source asks it again.
  history.replaceState(null, "", `/?${new URLSearchParams({ q: field.value })}`);
  ask(field.value);
});

const asked = new URLSearchParams(location.search).get("q");
if (asked) {
  field.value = asked;
  ask(asked);
}

async function ask(question) {
  running?.abort();
  const mine = (running = new AbortController());
  answer.textContent = "";
  answer.hidden = true;
  sources.hidden = true;
  status.textContent = "Searching…";
  let last = "";
  try {
    const response = await fetch("/api/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify({ question }),
      signal: mine.signal,
    });
    if (!response.ok) {
      status.textContent = (await response.json()).detail;
      return;
    }
    for await (const { name, data } of events(response.body)) {
      if (mine !== running) return;
      show(name, data);
      last = name;
    }
    if (last !== "done" && last !== "error") throw new Error("the answer broke off");
  } catch (error) {
    if (!mine.signal.aborted) status.textContent = `The service did not answer: ${error.message}`;
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    buffer += value;
    const blocks = buffer.split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const take = (key) =>
        lines.filter((line) => line.startsWith(key)).map((line) => line.slice(key.length).trimStart());
      const data = take("data:").join("\n");
      if (data) yield { name: take("event:")[0], data: JSON.parse(data) };
    }
  }
}

function show(name, data) {
  if (name === "sources") {
    status.textContent = "Reading…";
    showSources(data.citations);
  } else if (name === "token") {
    answer.hidden = false;
    answer.append(data.text);
  } else if (name === "done") {
    showAnswer(data);
  } else if (name === "error") {
    status.textContent = data.detail;
  }
}

function showAnswer(data) {
  answer.hidden = false;
  answer.replaceChildren();
  const letters = Array.from(data.text); // offsets count code points, as letters do here
  let position = 0;
  for (const sentence of data.sentences) {
    answer.append(letters.slice(position, sentence.start).join(""));
    withMarks(letters.slice(sentence.start, sentence.end).join(""), data.citations);
    if (sentence.uncited) answer.append(element("span", " uncited", "uncited"));
    position = sentence.end;
  }
  answer.append(letters.slice(position).join(""));
  showSources(data.citations);
  const seconds = data.timings.total_s?.toFixed(1);
  const unsupported = data.model && !data.grounded && "Nothing that was found supports this answer.";
  const said = data.quotations
    ? ["Quotations: the best passages, word for word"]
    : [unsupported, data.model, seconds && `${seconds} s`];
  status.textContent = [...said, coverageText(data.coverage)].filter(Boolean).join(" · ");
}

function withMarks(text, citations) {
  for (const piece of text.split(/(\[\d+\])/)) {
    const citation = citations.find((one) => `[${one.number}]` === piece);
    if (!citation) {
      answer.append(piece);
      continue;
    }
    const link = element("a", piece);
    link.href = citation.url;
    link.title = citation.title;
    answer.append(link);
  }
}

function showSources(citations) {
  const list = sources.querySelector("ol");
  list.replaceChildren();
  for (const citation of citations) {
    const item = element("li");
    item.value = citation.number;
    const link = element("a", [citation.title, ...citation.heading_path].join(" › "));
    link.href = citation.url;
    const quote = quotation(citation);
    for (const part of [link, quote]) part.dir = "auto";
    item.append(link, quote);
    list.append(item);
  }
  sources.hidden = citations.length === 0;
}

// The part of the quote that has most to do with the question, with the question's words marked.
function quotation({ quote, excerpt: [start, end], highlights }) {
  const letters = Array.from(quote); // offsets count code points, as letters do here
  const text = (from, to) => letters.slice(from, to).join("");
  const shown = element("blockquote", start > 0 ? "… " : "");
  let position = start;
  for (const [from, to] of highlights) {
    const low = Math.max(from, position);
    const high = Math.min(to, end);
    if (low >= high) continue;
    shown.append(text(position, low), element("mark", text(low, high)));
    position = high;
  }
  shown.append(text(position, end), end < letters.length ? " …" : "");
  return shown;
}

// Empty when every passage has a vector.
function coverageText(coverage) {
  if (coverage === 1) return "";
  if (coverage === 0) return "no vectors yet";
  const percent = coverage < 0.01 ? "less than 1" : Math.min(Math.round(coverage * 100), 99);
  return `vectors for ${percent} % of the passages`;
}

function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}
