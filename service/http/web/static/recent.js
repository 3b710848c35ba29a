// The articles that were read last, kept in this browser alone, as far as it keeps anything: an
// article's page adds itself, first pages list them. An entry is {address, collection, title, read}.
import { BrowserStore } from "./browser_store.js";
import { isKeeping } from "./conversation_store.js";
import { element } from "./elements.js";
import { say } from "./words.js";

const articles = new BrowserStore("pinakes-articles", "articles", "address");
const MOST = 50;
const LISTED = 8;

async function add(article) {
  if (!isKeeping()) return;
  const address = location.pathname;
  const title = article.querySelector("h1").textContent;
  await articles.transact("readwrite", (store) => store.put({ address, collection: article.dataset.collection, title, read: Date.now() }));
  await forget((await latest()).slice(MOST));
}

async function latest() {
  const all = await articles.transact("readonly", (store) => store.getAll());
  return all.sort((a, b) => b.read - a.read);
}

async function forget(entries) {
  if (entries.length) await articles.transact("readwrite", (store) => entries.forEach(({ address }) => store.delete(address)));
}

// Of one collection, where the place names one.
async function list(place) {
  const { collection } = place.dataset;
  const read = (await latest()).filter((one) => !collection || one.collection === collection);
  const entries = read.slice(0, LISTED).map(({ address, title }) => {
    const item = element("li");
    const link = element("a", title);
    link.href = address;
    item.dir = "auto";
    item.append(link);
    return item;
  });
  const shown = element("ul", "", "recent");
  shown.append(...entries);
  const button = element("button", say("Forget them"), "quiet");
  button.type = "button";
  button.addEventListener("click", () => forget(read).then(() => list(place)));
  place.replaceChildren(place.querySelector("h2"), shown, button);
  place.hidden = !entries.length;
}

const article = document.querySelector("article[data-collection]");
const place = document.getElementById("recent");
// A private window, or a browser that keeps nothing: there is nothing to list.
if (article) add(article).catch(() => {});
if (place) list(place).catch(() => {});
