// "All" above groups of check boxes: [data-check-groups] holds [data-all] (hidden without scripts) and the boxes.
for (const root of document.querySelectorAll("[data-check-groups]")) {
  const holder = root.querySelector("[data-all]");
  const all = holder.querySelector("input");
  const boxes = [...root.querySelectorAll("[data-group] input")];
  const show = () => {
    const checked = boxes.filter((box) => box.checked).length;
    all.checked = checked === boxes.length;
    all.indeterminate = checked > 0 && checked < boxes.length;
  };
  holder.hidden = false;
  show();
  all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; });
  root.addEventListener("change", show);
}
