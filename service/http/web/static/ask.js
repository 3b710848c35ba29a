// Asks the service and shows the answer as it comes; answers before it stay above the field.
// Addresses are relative: the page stands above the API of its collection. A conversation that this
// browser keeps has an address, from which it is drawn again without asking, and so has each answer.
import { AnswerText } from "./answer.js";
import { rememberCited } from "./cited.js";
import { listConversations } from "./conversation_list.js";
import { fragmentOf, keep, kept, named, newId } from "./conversation_store.js";
import { offerText } from "./conversation_text.js";
import { element, linked } from "./elements.js";
import { events } from "./events.js";
import { drawBest, drawSources } from "./sources.js";
import { Thoughts } from "./thoughts.js";
import { say, sayCount, sayDay, sayList } from "./words.js";
import "./recent.js";

// The service reads so many turns, in bodies of 64 KiB.
const LONGEST_HISTORY = 20;
const LONGEST_BODY = 48_000;
const STAGES = {
  searching: say("Searching…"),
  loading: say("The model is being loaded…"),
  reading: say("Reading…"),
  thinking: say("Thinking…"),
  writing: say("Writing…"),
};

const form = document.getElementById("ask");
const field = document.getElementById("question");
const mode = document.getElementById("mode");
const stop = document.getElementById("stop");
const status = document.getElementById("status");
const reply = document.getElementById("reply");
const about = document.getElementById("summary");
const earlier = document.getElementById("earlier");
const best = document.getElementById("best");
const sources = document.getElementById("sources");
const sourceList = sources.querySelector("ul");
const after = document.getElementById("after");
const NAMES = JSON.parse(form.dataset.names); // of collections: what their pages call them
const answer = new AnswerText(document.getElementById("answer"));
const thoughts = new Thoughts(document.getElementById("thoughts"));
let conversation = begun();
let finished = null; // the turn whose answer is shown whole
let running = null;

rememberCited(document.querySelector("main"));
form.addEventListener("submit", (event) => {
  if (event.submitter?.id === "find") return; // a search, as without scripts
  event.preventDefault();
  if (isElsewhere()) {
    location.assign(`/?${new URLSearchParams({ collection: form.elements.namedItem("collection").value, ...asked() })}`);
    return;
  }
  addressQuestion();
  ask();
});

document.getElementById("again").addEventListener("click", () => {
  const { question } = finished;
  // A copy: what is kept stays until the new answer is there.
  conversation = { ...conversation, turns: conversation.turns.slice(0, -1) };
  finished = null; // nor does it go above
  field.value = question;
  addressQuestion();
  ask();
});

offerText(after, () => conversation.turns);

stop.addEventListener("click", () => {
  running.abort(); // the service notices, and the model stops
  status.textContent = say("Stopped.");
  field.focus();
});

addEventListener("hashchange", showKept);
listConversations(document.getElementById("kept"), form.dataset.collection);

const inAddress = new URLSearchParams(location.search);
if (location.hash) {
  showKept();
} else if (inAddress.get("q")) {
  field.value = inAddress.get("q");
  mode.value = inAddress.get("mode") ?? "answer";
  if (!mode.value) mode.value = "answer";
  // A link of another site may fill the question in; asking it costs, and is the user's to do.
  if ("asksItself" in form.dataset || history.state?.asked) ask();
  else status.textContent = say("A link from elsewhere brought this question; press Ask to ask it.");
}

function begun() {
  return { id: newId(), collection: form.dataset.collection, changed: 0, turns: [] };
}

// The address has a question that stands alone until it has its answer: who leaves before that, and
// comes back, asks it again.
function addressQuestion() {
  if (conversation.turns.length) return;
  history.replaceState({ asked: true }, "", `?${new URLSearchParams(asked())}`);
}

// What the address says of the question.
function asked() {
  return mode.value === "answer" ? { q: field.value } : { q: field.value, mode: mode.value };
}

// Whether another collection was chosen than the page's: that one has a page of its own.
function isElsewhere() {
  const choice = form.elements.namedItem("collection").selectedOptions?.[0];
  return Boolean(choice) && ("all" in choice.dataset ? "" : choice.value) !== form.dataset.collection;
}

// Draws the conversation that the address names, as it was; without one the page is empty.
async function showKept() {
  running?.abort();
  const asked = location.hash;
  const { id, turn: number, question } = named(asked);
  const found = id ? await kept(id, form.dataset.collection) : begun();
  if (asked !== location.hash) return;
  conversation = found ?? begun();
  finished = null;
  clear();
  earlier.replaceChildren();
  status.textContent = found ? "" : notKept(question);
  for (const turn of conversation.turns) {
    clear();
    showAnswer(turn);
    mode.value = turn.mode;
  }
  const isTyping = document.activeElement === field && field.value;
  if (!isTyping) field.value = conversation.turns.at(-1)?.question ?? question;
  earlier.hidden = conversation.turns.length < 2;
  earlier.children[number - 1]?.scrollIntoView();
}

// Of an address that another browser made, or whose conversation was deleted here.
function notKept(question) {
  const why = say("This answer is kept only by the browser that asked for it, and not by this one.");
  return question ? `${why} ${say("Press Ask to ask its question here.")}` : why;
}

async function ask() {
  running?.abort();
  const mine = (running = new AbortController());
  const question = field.value;
  const asking = mode.value;
  clear();
  status.textContent = STAGES.searching;
  stop.hidden = false;
  let last = "";
  let found = null;
  try {
    const response = await fetch(form.dataset.api, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify({ question, mode: asking, history: latest(messages()), withheld_sentences: true, thoughts: true }),
      signal: mine.signal,
    });
    if (!response.ok) {
      status.textContent = (await response.json()).detail;
      return;
    }
    for await (const { name, data } of events(response.body)) {
      if (mine !== running) return;
      last = name;
      if (name === "best") found = data;
      if (name === "done") await finish({ question, mode: asking, best: found, done: data });
      else show(name, data);
    }
    if (last !== "done" && last !== "error") throw new Error(say("the answer broke off"));
  } catch (error) {
    if (!mine.signal.aborted) status.textContent = say("The service did not answer: %(reason)s", { reason: error.message });
  } finally {
    if (mine === running) {
      answer.settle();
      thoughts.show();
      sources.hidden = !sourceList.childElementCount;
      stop.hidden = true;
    }
  }
}

// Makes room; an answer that was finished goes above.
function clear() {
  if (finished !== null) {
    earlier.append(pair(finished.question, conversation.turns.indexOf(finished) + 1));
    earlier.hidden = false;
    form.scrollIntoView();
  }
  finished = null;
  for (const place of document.querySelectorAll("#begin, #recent")) place.remove(); // it has begun
  answer.clear();
  thoughts.clear();
  reply.classList.add("asked"); // what is below stays out of sight, and where it is
  about.textContent = "";
  best.hidden = true;
  after.hidden = true;
  sources.hidden = true;
  sourceList.replaceChildren();
}

// A question and its answer, as they stand above; its heading is its address, where it is kept.
function pair(question, number) {
  const shown = element("article");
  const heading = element("h2");
  heading.append(conversation.changed ? linked(question, fragmentOf(conversation, number)) : question);
  const text = element("div", "", "answer");
  for (const part of [heading, text]) part.dir = "auto";
  text.append(...answer.section.childNodes);
  shown.append(heading, text, element("p", about.textContent, "about"));
  if (sourceList.childElementCount) {
    const folded = element("details", "", "sources");
    const list = element("ul");
    list.append(...sourceList.childNodes);
    folded.append(element("summary", say("Sources")), list);
    shown.append(folded);
  }
  return shown;
}

function messages() {
  return conversation.turns.flatMap(({ question, done }) => [
    { role: "user", content: question },
    { role: "assistant", content: done.text },
  ]);
}

function latest(messages) {
  let kept = messages.slice(-LONGEST_HISTORY);
  while (new TextEncoder().encode(JSON.stringify(kept)).length > LONGEST_BODY) kept = kept.slice(2);
  return kept;
}

function show(name, data) {
  if (name === "status") {
    status.textContent = STAGES[data.stage] ?? queueText(data);
  } else if (name === "best") {
    showBest(data);
  } else if (name === "sources") {
    answer.citations = data.citations;
    showSources(data.citations);
  } else if (name === "token") {
    sources.hidden = true; // until it is whole: the text would push them down
    answer.add(data.text);
  } else if (name === "thought") {
    thoughts.add(data.text);
    if (!answer.text) thoughts.show(); // a line more would push it down
  } else if (name === "withdrawn") {
    thoughts.add(answer.text);
    answer.clear();
    thoughts.show();
  } else if (name === "sentence") {
    answer.check(data);
  } else if (name === "error") {
    status.textContent = data.detail;
  }
}

// The answer is whole: it is part of the conversation, and kept with it. Where nothing is kept the
// address does not keep the question, either.
async function finish(turn) {
  const mine = conversation;
  mine.turns.push(turn);
  showAnswer(turn);
  if (document.activeElement === field) field.select(); // to type over it
  const id = await keep(mine, turn);
  if (mine !== conversation) return;
  history.replaceState(null, "", `${location.pathname}${id ? fragmentOf(mine) : ""}`);
  if (id) listConversations(document.getElementById("kept"), mine.collection);
}

function showAnswer(turn) {
  const { done, best: found } = turn;
  // A passage that is shown instead of a model's words is the same again.
  best.hidden = !found || !isModels(done);
  if (!best.hidden) showBest(found);
  answer.citations = done.citations;
  answer.finish(done);
  showSources(done.citations, done);
  status.textContent = "";
  about.textContent = summary(done);
  finished = turn;
  after.hidden = false;
}

function showBest(found) {
  drawBest(best, found, !form.dataset.collection);
  best.hidden = false;
}

function showSources(citations, finished) {
  drawSources(sourceList, citations, finished);
  sources.hidden = citations.length === 0;
}

function queueText({ position, wait_s: seconds }) {
  const place = position === 0 ? say("you are next") : sayCount("%(count)s before you", "%(count)s before you", position);
  const isShort = seconds < 90;
  const count = Math.ceil(isShort ? seconds : seconds / 60);
  const wait = isShort ? sayCount("%(count)s second", "%(count)s seconds", count) : sayCount("%(count)s minute", "%(count)s minutes", count);
  return say("In the queue: %(place)s, about %(wait)s…", { place, wait });
}

// Whether a model has worded it.
function isModels({ kind }) {
  return ["answer", "unproven"].includes(kind);
}

// What to mind of the answer, where it is from, and what was done for it.
function summary(data) {
  const seconds = data.timings.total_s?.toFixed(1);
  const told = data.withheld_sentences?.length; // they stand below the answer
  const notes = [
    data.kind === "unproven" && say("Unproven: no sentence is both supported and an answer to what was asked"),
    data.kind === "passage" && say("The passage that most likely answers, word for word"),
    data.kind === "topic" && say("How the article begins, word for word"),
    data.withheld > 0 && !told &&
      sayCount("%(count)s sentence withheld: nothing supports it", "%(count)s sentences withheld: nothing supports them", data.withheld),
  ];
  const facts = [
    origin(data),
    isModels(data) && sayCount("%(count)s source", "%(count)s sources", data.citations.length),
    isModels(data) && say("checked sentence by sentence"),
    isModels(data) && seconds && say("written by %(model)s in %(seconds)s s", { model: data.model, seconds }),
    coverageText(data.coverage),
  ];
  return [...notes, facts.filter(Boolean).join(" · ")].filter(Boolean).join(". ");
}

// The collections that an answer cites, or that were searched for it, with the days of their dumps.
function origin({ citations, collection, collections, as_of: day }) {
  const searched = collections?.length ? collections : [collection];
  const cited = new Map(citations.map((one) => [one.collection ?? collection, one.as_of ?? null]));
  const found = cited.size ? cited : new Map(searched.map((name) => [name, searched.length === 1 ? day : null]));
  const places = sayList(
    [...found].map(([key, as_of]) => {
      const name = NAMES[key] ?? key;
      return as_of ? say("%(name)s as of %(day)s", { name, day: sayDay(as_of) }) : name;
    }),
  );
  return cited.size ? say("From %(places)s", { places }) : say("Searched: %(places)s", { places });
}

// Empty when every passage has a vector.
function coverageText(coverage) {
  if (coverage === 1) return "";
  if (coverage === 0) return say("searched by words alone");
  const percent = coverage < 0.01 ? say("less than 1") : Math.min(Math.round(coverage * 100), 99);
  return say("searched by words, %(percent)s %% of it by meaning, too", { percent });
}
