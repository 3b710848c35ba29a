// Conversations, kept in this browser alone (IndexedDB) so that coming back to an answer asks nobody
// again. A conversation is {id, collection, changed, turns: [{question, mode, best, done}]}, with `best`
// and `done` as the service sent them; `changed` is 0 until it is kept. Where the browser keeps nothing, or is told
// to, all of this does nothing.
import { BrowserStore } from "./browser_store.js";

const conversations = new BrowserStore("pinakes", "conversations", "id");
const MOST = 300;
const SETTING = "keep-conversations";

export function isKeeping() {
  try {
    return localStorage.getItem(SETTING) !== "no";
  } catch {
    return false;
  }
}

export function setKeeping(keeping) {
  if (keeping) localStorage.removeItem(SETTING);
  else localStorage.setItem(SETTING, "no");
}

// Where the page is not encrypted there is no randomUUID.
export function newId() {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The address of one of its answers, the last if none is named: `#id?turn=2&q=question`. Browsers do
// not send it. One that does not keep the conversation has the question from there.
export function fragmentOf({ id, turns }, number = turns.length) {
  const { question } = turns[number - 1];
  return `#${id}?${new URLSearchParams({ turn: number, q: question })}`;
}

// What such an address names.
export function named(fragment) {
  const [id, rest] = fragment.slice(1).split("?");
  const said = new URLSearchParams(rest);
  return { id, turn: Number(said.get("turn")), question: said.get("q") ?? "" };
}

// Keeps the conversation, which got this turn last, and tells under which id; "" where nothing is
// kept. Beyond so many the oldest go. One that another window has gone on with becomes two; of one
// that was deleted meanwhile only the new turn is kept.
export async function keep(conversation, turn) {
  if (!isKeeping()) return "";
  try {
    const known = await kept(conversation.id, conversation.collection);
    if (known ? known.changed !== conversation.changed : conversation.changed) conversation.id = newId();
    if (!known && conversation.changed) conversation.turns = [turn];
    conversation.changed = Date.now();
    await conversations.transact("readwrite", (store) => store.put(conversation));
    const beyond = (await everything()).slice(MOST);
    if (beyond.length) await conversations.transact("readwrite", (store) => beyond.forEach(({ id }) => store.delete(id)));
    return conversation.id;
  } catch {
    return ""; // a private window, or no room: it is on the page all the same
  }
}

// The conversation of this collection, or undefined.
export async function kept(id, collection) {
  try {
    const found = await conversations.transact("readonly", (store) => store.get(id));
    return found?.collection === collection ? found : undefined;
  } catch {
    return undefined;
  }
}

// Of a collection, the latest first; null where the browser lets pages keep nothing.
export async function keptOf(collection) {
  try {
    localStorage.getItem(SETTING);
    return (await everything()).filter((one) => one.collection === collection);
  } catch {
    return null;
  }
}

export async function forget(...ids) {
  await conversations.transact("readwrite", (store) => ids.forEach((id) => store.delete(id)));
}

async function everything() {
  const all = await conversations.transact("readonly", (store) => store.getAll());
  return all.sort((a, b) => b.changed - a.changed);
}
