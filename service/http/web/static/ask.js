// Asks the service and shows the answer as it comes; answers before it stay above the field.
// Addresses are relative: the page stands above the API of its collection. The conversation lives on this page alone: a reload begins anew.
import { AnswerText, drawSources, element } from "./answer.js";
import { events } from "./events.js";

// The service reads so many turns, in bodies of 64 KiB.
const LONGEST_HISTORY = 20;
const LONGEST_BODY = 48_000;
const STAGES = { searching: "Searching…", reading: "Reading…", thinking: "Thinking…", writing: "Writing…" };

const form = document.getElementById("ask");
const field = document.getElementById("question");
const mode = document.getElementById("mode");
const stop = document.getElementById("stop");
const status = document.getElementById("status");
const earlier = document.getElementById("earlier");
const sources = document.getElementById("sources");
const sourceList = sources.querySelector("ol");
const answer = new AnswerText(document.getElementById("answer"));
let conversation = [];
let finished = null; // question of the answer that is shown whole
let running = null;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  // The address keeps a question that stands alone, so that coming back from a source asks it again.
  if (!conversation.length) {
    history.replaceState({ asked: true }, "", `?${new URLSearchParams(asked())}`);
  }
  ask();
});

stop.addEventListener("click", () => {
  running.abort(); // the service notices, and the model stops
  status.textContent = "Stopped.";
  field.focus();
});

const inAddress = new URLSearchParams(location.search);
if (inAddress.get("q")) {
  field.value = inAddress.get("q");
  mode.value = inAddress.get("mode") ?? "answer";
  if (!mode.value) mode.value = "answer";
  // A link of another site may fill the question in; asking it costs, and is the user's to do.
  if ("asksItself" in form.dataset || history.state?.asked) ask();
  else status.textContent = "A link from elsewhere brought this question; press Ask to ask it.";
}

function asked() {
  return mode.value === "answer" ? { q: field.value } : { q: field.value, mode: mode.value };
}

async function ask() {
  running?.abort();
  const mine = (running = new AbortController());
  const question = field.value;
  clear();
  status.textContent = STAGES.searching;
  stop.hidden = false;
  let last = "";
  try {
    const response = await fetch("api/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify({ question, mode: mode.value, history: latest(conversation) }),
      signal: mine.signal,
    });
    if (!response.ok) {
      status.textContent = (await response.json()).detail;
      return;
    }
    for await (const { name, data } of events(response.body)) {
      if (mine !== running) return;
      show(name, data, question);
      last = name;
    }
    if (last !== "done" && last !== "error") throw new Error("the answer broke off");
  } catch (error) {
    if (!mine.signal.aborted) status.textContent = `The service did not answer: ${error.message}`;
  } finally {
    if (mine === running) {
      answer.section.removeAttribute("aria-busy");
      stop.hidden = true;
    }
  }
}

// Makes room; an answer that was finished goes above.
function clear() {
  if (finished !== null) {
    earlier.append(pair(finished));
    earlier.hidden = false;
    form.scrollIntoView();
  }
  finished = null;
  answer.clear();
  answer.section.setAttribute("aria-busy", "true"); // read out when it is whole
  sources.hidden = true;
  sourceList.replaceChildren();
}

function pair(question) {
  const shown = element("article");
  const heading = element("h2", question);
  const text = element("div", "", "answer");
  for (const part of [heading, text]) part.dir = "auto";
  text.append(...answer.section.childNodes);
  shown.append(heading, text, element("p", status.textContent, "about"));
  if (sourceList.childElementCount) {
    const folded = element("details", "", "sources");
    const list = element("ol");
    list.append(...sourceList.childNodes);
    folded.append(element("summary", "Sources"), list);
    shown.append(folded);
  }
  return shown;
}

function latest(messages) {
  let kept = messages.slice(-LONGEST_HISTORY);
  while (new TextEncoder().encode(JSON.stringify(kept)).length > LONGEST_BODY) kept = kept.slice(2);
  return kept;
}

function show(name, data, question) {
  if (name === "status") {
    status.textContent = STAGES[data.stage] ?? queueText(data);
  } else if (name === "sources") {
    answer.citations = data.citations;
    showSources(data.citations);
  } else if (name === "token") {
    answer.add(data.text);
  } else if (name === "withdrawn") {
    answer.clear(); // it was the model's thinking
  } else if (name === "sentence") {
    answer.check(data);
  } else if (name === "done") {
    answer.citations = data.citations;
    answer.finish(data);
    showSources(data.citations, data);
    status.textContent = summary(data);
    if (document.activeElement === field) field.select(); // to type over it
    finished = question;
    conversation.push({ role: "user", content: question }, { role: "assistant", content: data.text });
  } else if (name === "error") {
    status.textContent = data.detail;
  }
}

function showSources(citations, finished) {
  drawSources(sourceList, citations, finished);
  sources.hidden = citations.length === 0;
}

function queueText({ position, wait_s: seconds }) {
  const before = position === 0 ? "you are next" : `${position} before you`;
  const wait = seconds < 90 ? `${Math.ceil(seconds)} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return `In the queue: ${before}, about ${wait}…`;
}

// What made the answer, and what to mind of it.
function summary(data) {
  const seconds = data.timings.total_s?.toFixed(1);
  return [
    data.kind === "unproven" && "Unproven: no sentence is both supported and an answer to what was asked",
    data.kind === "passage" && "The passage that most likely answers, word for word",
    data.kind === "topic" && "How the article begins, word for word",
    data.withheld === 1 && "1 sentence withheld: nothing supports it",
    data.withheld > 1 && `${data.withheld} sentences withheld: nothing supports them`,
    ["answer", "unproven"].includes(data.kind) && data.model,
    ["answer", "unproven"].includes(data.kind) && seconds && `${seconds} s`,
    data.as_of && `as of ${data.as_of}`,
    coverageText(data.coverage),
  ]
    .filter(Boolean)
    .join(" · ");
}

// Empty when every passage has a vector.
function coverageText(coverage) {
  if (coverage === 1) return "";
  if (coverage === 0) return "no vectors yet";
  const percent = coverage < 0.01 ? "less than 1" : Math.min(Math.round(coverage * 100), 99);
  return `vectors for ${percent} % of the passages`;
}
