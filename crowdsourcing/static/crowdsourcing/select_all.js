// One box that ticks all boxes of a form's table; a second ([data-all-matching]) means even those on other pages, and stills the rest.
for (const form of document.querySelectorAll("form[data-select-all]")) {
  const all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  all.hidden = boxes.length < 2;
  const follow = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  form.addEventListener("change", (event) => { if (event.target !== all) follow(); });
  const matching = form.querySelector("[data-all-matching]");
  matching?.addEventListener("change", () => { for (const box of [all, ...boxes]) box.disabled = matching.checked; });
  follow();
}
