// What a verification would cost, in step with its form: the same sum as selectors.verifications.foreseen.
const cost = document.querySelector("[data-verification-cost]");
const form = document.querySelector("form[data-verification-form]");

function money(amount) {
  const text = amount.toLocaleString("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  return `$${text.endsWith("0") ? text.slice(0, -1) : text}`;
}

function typed(name) {
  const number = Number.parseFloat(form.elements[name].value);
  return Number.isFinite(number) && number > 0 ? number : null;
}

function show() {
  const [price, page, least, most] = ["reward_per_assignment", "tasks_per_page", "overlap", "max_overlap"].map(typed);
  const pages = page === null ? null : Math.ceil(Number(cost.dataset.questions) / page);
  for (const [part, people] of [["least", least], ["most", most]]) {
    const known = price !== null && pages !== null && people !== null;
    cost.querySelector(`[data-cost-${part}]`).textContent = known ? money((pages * people * price * (100 + Number(cost.dataset.feePercent))) / 100) : "–";
  }
}

if (cost && form) {
  form.addEventListener("input", show);
  show();
}
