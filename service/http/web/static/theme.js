// Light or dark as the system has it, or as was chosen here; kept in this browser. Runs before the
// page is drawn, so that nothing flashes.
const THEMES = ["system", "light", "dark"];

function kept() {
  try {
    return localStorage.getItem("theme") ?? "system";
  } catch {
    return "system"; // a browser that keeps nothing
  }
}

function show(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

let theme = THEMES.includes(kept()) ? kept() : "system";
show(theme);

document.addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  const label = () => {
    button.textContent = button.dataset[theme];
  };
  button.hidden = false;
  label();
  button.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    show(theme);
    label();
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // It holds for this page.
    }
  });
});
