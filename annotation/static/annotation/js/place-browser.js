// Choosing files and folders of the share or a bucket: boxes write names into the list beside them, the list may also be typed.
for (const panel of document.querySelectorAll("[data-places]")) {
  const list = panel.querySelector("[data-chosen-names]");
  if (!list) continue;
  const names = () => list.value.split("\n").map((line) => line.trim()).filter(Boolean);
  const mark = () => {
    const chosen = new Set(names());
    for (const box of panel.querySelectorAll("[data-take]")) box.checked = chosen.has(box.dataset.take);
  };
  panel.addEventListener("change", (event) => {
    const box = event.target.closest("[data-take]");
    if (!box) return;
    const others = names().filter((name) => name !== box.dataset.take);
    list.value = (box.checked ? [...others, box.dataset.take] : others).join("\n");
  });
  list.addEventListener("input", mark);
  panel.addEventListener("htmx:afterSettle", mark);

  const storage = panel.querySelector("select[name=cloud_storage]");
  const place = panel.querySelector("[data-place-of]");
  if (!storage || !place) continue;
  const open = () => {
    if (storage.value) window.htmx.ajax("GET", place.dataset.placeOf.replace("/0/", `/${storage.value}/`), { target: place, swap: "innerHTML" });
    else place.replaceChildren();
  };
  storage.addEventListener("change", () => { list.value = ""; open(); });
  open();
}
