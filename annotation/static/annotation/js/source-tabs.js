// Where a task's images come from: tabs that show one panel and write its name into the hidden field `source`.
// Without this module all panels are shown and a list asks for the source.
for (const section of document.querySelectorAll("[data-source-tabs]")) {
  const value = section.querySelector("[data-source-value]");
  const tabs = [...section.querySelectorAll("[data-tab]")];
  value.disabled = false;
  section.querySelector("[data-tabs]").hidden = false;

  const choose = (name) => {
    value.value = name;
    for (const tab of tabs) {
      const chosen = tab.dataset.tab === name;
      tab.classList.toggle("active", chosen);
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const panel of section.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
  };

  for (const [position, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(tab.dataset.tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const other = tabs[(position + step + tabs.length) % tabs.length];
      choose(other.dataset.tab);
      other.focus();
    });
  }
  choose(value.value || "files");
}
