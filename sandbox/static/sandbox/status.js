// What an assignment's status is called and how it looks, on the desk and on the requester's pages.
import { h } from "./dom.js";

const STATUS = {
  ACTIVE: { label: "In hand", kind: "info" },
  SUBMITTED: { label: "In review", kind: "wait" },
  ACCEPTED: { label: "Accepted", kind: "good" },
  REJECTED: { label: "Rejected", kind: "bad" },
  SKIPPED: { label: "Skipped", kind: "dim" },
  EXPIRED: { label: "Expired", kind: "dim" },
};

export function badge(status) {
  const known = STATUS[status] ?? { label: status, kind: "dim" };
  return h("span", { class: `badge ${known.kind}` }, known.label);
}

/** The moment that its status began. */
export function since(assignment) {
  return assignment[assignment.status.toLowerCase()] ?? assignment.submitted ?? assignment.created;
}
