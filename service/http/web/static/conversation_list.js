// The list of the conversations that this browser keeps of a collection, to go back to or to delete.
import { forget, fragmentOf, isKeeping, keptOf, named, setKeeping } from "./conversation_store.js";
import { element, linked } from "./elements.js";
import { LANGUAGE, say } from "./words.js";

// Draws it into its place, which is hidden where there is nothing to show.
export async function listConversations(place, collection) {
  const summary = place.querySelector("summary");
  const conversations = await keptOf(collection);
  summary.textContent = say("Conversations (%(count)s)", { count: conversations?.length ?? 0 });
  place.hidden = false;
  if (!conversations) {
    const why = say("This browser lets pages keep nothing, as in some private windows: an answer is gone with its page.");
    place.replaceChildren(summary, element("p", why));
    return;
  }
  const remove = async (...ids) => {
    await forget(...ids);
    // Nor does the address tell of what is shown.
    if (ids.includes(named(location.hash).id)) history.replaceState(null, "", location.pathname);
    await listConversations(place, collection);
  };
  const list = element("ul");
  for (const conversation of conversations) list.append(entry(conversation, remove));
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
    all.addEventListener("click", () => remove(...conversations.map(({ id }) => id)));
    controls.append(" ", all);
  }
  place.replaceChildren(summary, list, controls);
}

function entry(conversation, remove) {
  const { id, changed, turns } = conversation;
  const item = element("li");
  const link = linked(turns[0].question, `./${fragmentOf(conversation)}`);
  link.dir = "auto";
  const when = element("time", new Date(changed).toLocaleString(LANGUAGE, { dateStyle: "medium", timeStyle: "short" }), "about");
  const button = element("button", say("Delete"), "quiet");
  button.type = "button";
  button.setAttribute("aria-label", say("Delete “%(question)s”", { question: turns[0].question }));
  button.addEventListener("click", () => remove(id));
  item.append(link, " ", when, " ", button);
  return item;
}
