// The list of the conversations that this browser keeps of a collection, to go back to or to delete.
import { element } from "./answer.js";
import { forget, isKeeping, keptOf, setKeeping } from "./conversation_store.js";
import { LANGUAGE, say } from "./words.js";

// Draws it into its place, which is hidden where there is nothing to show.
export async function listConversations(place, collection) {
  const conversations = await keptOf(collection);
  const again = () => listConversations(place, collection);
  const list = element("ul");
  for (const conversation of conversations) list.append(entry(conversation, again));
  const keeping = element("input");
  keeping.type = "checkbox";
  keeping.checked = isKeeping();
  keeping.addEventListener("change", () => setKeeping(keeping.checked));
  const label = element("label");
  label.append(keeping, ` ${say("Keep conversations and the titles of articles read, in this browser only")}`);
  const controls = element("p");
  controls.append(label);
  if (conversations.length) {
    const all = element("button", say("Delete all"), "quiet");
    all.type = "button";
    all.addEventListener("click", () => forget(...conversations.map(({ id }) => id)).then(again));
    controls.append(" ", all);
  }
  place.querySelector("summary").textContent = say("Conversations (%(count)s)", { count: conversations.length });
  place.replaceChildren(place.querySelector("summary"), list, controls);
  place.hidden = false;
}

function entry({ id, changed, turns }, again) {
  const item = element("li");
  const link = element("a", turns[0].question);
  link.href = `./#${id}`;
  link.dir = "auto";
  const when = element("time", new Date(changed).toLocaleString(LANGUAGE, { dateStyle: "medium", timeStyle: "short" }), "about");
  const remove = element("button", say("Delete"), "quiet");
  remove.type = "button";
  remove.setAttribute("aria-label", say("Delete “%(question)s”", { question: turns[0].question }));
  remove.addEventListener("click", () => forget(id).then(again));
  item.append(link, " ", when, " ", remove);
  return item;
}
