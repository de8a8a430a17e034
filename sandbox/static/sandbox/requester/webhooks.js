// Webhook subscriptions: which event of which pool is told to whom; a test call, and the end of one.
import { errorNotice, fillElement, h } from "../dom.js";
import { timeElement } from "../format.js";
import { call, every } from "./api.js";
import { actionButton, nothing, table } from "./parts.js";

const plain = (word) => String(word).replaceAll("_", " ").toLowerCase();
const REASONS = {
  WRONG_STATUS_CODE: "it answered with a wrong status",
  REQUEST_TIMEOUT: "it did not answer in time",
  CONNECTION_ERROR: "it could not be reached",
};

function testButton(subscription, place) {
  const button = h("button", { class: "button small", type: "button" }, "Test");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const {
        success,
        originalStatusCode: status,
        errorType: error,
      } = await call("POST", `/webhook-subscriptions/${subscription.id}/test`);
      const words = success ? "Delivered" : `Not delivered: ${REASONS[error] ?? plain(error)}`;
      fillElement(place, h("span", { class: `badge ${success ? "good" : "bad"}` }, `${words}${status ? ` (${status})` : ""}`));
    } catch (error) {
      fillElement(place, errorNotice(error.message));
    }
    button.disabled = false;
  });
  return button;
}

function row(subscription, options) {
  const result = h("div", { role: "status" });
  const end = actionButton("End", () => call("DELETE", `/webhook-subscriptions/${subscription.id}`), {
    ...options,
    question: "Nothing is sent to this address any more for this event and pool.",
  });
  return h(
    "tr",
    { "data-subscription-id": subscription.id },
    h("td", {}, plain(subscription.event_type)),
    h("td", { class: "number" }, subscription.pool_id),
    h("td", { class: "breakable" }, subscription.webhook_url, result),
    h("td", {}, timeElement(subscription.created)),
    h("td", {}, h("div", { class: "row" }, testButton(subscription, result), end)),
  );
}

export async function webhooksPage(main) {
  const { items } = await every("/webhook-subscriptions");
  const trouble = h("div", { "aria-live": "polite" });
  const options = { trouble, after: () => webhooksPage(main) };
  document.title = "Webhooks · Sandbox";
  fillElement(
    main,
    h("header", { class: "page-head" }, h("h1", {}, "Webhooks")),
    trouble,
    items.length
      ? table(
          [["Event"], ["Pool", "number"], ["Address"], ["Since"], [""]],
          items.map((one) => row(one, options)),
        )
      : nothing("No subscriptions", "Your application subscribes to events of a pool through the API."),
  );
}
