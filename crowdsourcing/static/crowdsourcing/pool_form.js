// Create crowdsourcing task: parts that depend on a switch, usual values, and the cost in step with the price.
// data-when-on="field" / data-when-off="field": shown while that switch is on / off; data-when-chosen="field=value": while that is chosen. data-preset="input id": the button's value goes there.
const form = document.querySelector("form[data-pool-form]");

function money(amount) {
  const text = amount.toLocaleString("en-US", { minimumFractionDigits: 3, maximumFractionDigits: 3 });
  return `$${text.endsWith("0") ? text.slice(0, -1) : text}`;
}

// What is hidden must not keep the browser from sending the form.
function show(part, shown) {
  part.hidden = !shown && !part.querySelector(".invalid-feedback");
  for (const input of part.hidden ? part.querySelectorAll("input") : []) {
    if (!input.validity.valid) input.value = input.defaultValue;
  }
}

function showParts() {
  for (const [attribute, shownWhen] of [["whenOn", true], ["whenOff", false]]) {
    const name = attribute === "whenOn" ? "data-when-on" : "data-when-off";
    for (const part of form.querySelectorAll(`[${name}]`)) {
      show(part, form.elements[part.dataset[attribute]].checked === shownWhen);
    }
  }
  for (const part of form.querySelectorAll("[data-when-chosen]")) {
    const [name, value] = part.dataset.whenChosen.split("=");
    show(part, form.elements[name].value === value);
  }
}

function showCost() {
  const cost = document.querySelector("[data-cost]");
  const typed = Number.parseFloat(form.elements.reward_per_assignment.value);
  const price = Number.isFinite(typed) && typed > 0 ? typed : 0;
  const people = form.elements.overlap ? Math.min(10, Math.max(1, Number.parseInt(form.elements.overlap.value, 10) || 1)) : Number(cost.dataset.people);
  cost.querySelector("[data-cost-people]").hidden = people === 1;
  cost.querySelector("[data-cost-heads]").textContent = String(people);
  const work = price * Number(cost.dataset.jobs) * people;
  const fee = (work * Number(cost.dataset.feePercent)) / 100;
  for (const [part, amount] of [["price", price], ["work", work], ["fee", fee], ["total", work + fee]]) {
    cost.querySelector(`[data-cost-${part}]`).textContent = money(amount);
  }
}

if (form) {
  form.addEventListener("change", showParts);
  form.elements.reward_per_assignment.addEventListener("input", showCost);
  form.elements.overlap?.addEventListener("input", showCost);
  for (const button of form.querySelectorAll("[data-preset]")) {
    button.addEventListener("click", () => {
      const input = document.getElementById(button.dataset.preset);
      input.value = button.value;
      input.focus();
    });
  }
  showParts();
  showCost();
}
