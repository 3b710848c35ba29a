// Elements that scripts make: all text is set as text, never as HTML.
export function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function linked(text, address) {
  const link = element("a", text);
  link.href = address;
  return link;
}
