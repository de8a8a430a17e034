// The desk: header, "Play as" menu, and which page the address asks for.
import { ICONS, errorNotice, fillElement, h, icon } from "../dom.js";
import { money } from "../format.js";
import { account } from "./api.js";
import { earningsPage } from "./earnings.js";
import { messagesPage } from "./messages.js";
import { poolsPage } from "./pools.js";
import { signUpPage } from "./signup.js";
import { taskPage } from "./task.js";
import { LIST, chooseToloker, currentToloker, forgetToloker, tolokers } from "./tolokers.js";
import { workPage } from "./work.js";

const root = document.getElementById("desk");
const main = h("main", { id: "main", tabindex: "-1" });
const header = h("header", { class: "top" });
let leave = () => {};

const PAGES = { "": poolsPage, work: workPage, messages: messagesPage, earnings: earningsPage, assignment: taskPage };
const TITLES = { "": "Open tasks", work: "My work", messages: "Messages", earnings: "Earnings", assignment: "Task", new: "New Toloker" };
const NAV = [
  ["#/", "Open tasks", ""],
  ["#/work", "My work", "work"],
  ["#/messages", "Messages", "messages"],
  ["#/earnings", "Earnings", "earnings"],
];

function go(hash) {
  if (location.hash === hash) route();
  else location.hash = hash;
}

function context() {
  return { go, frameOrigin: root.dataset.frameOrigin, refreshAccount };
}

function pageName() {
  return location.hash.replace(/^#\//, "").split("/")[0];
}

function route() {
  leave();
  leave = () => {};
  const name = pageName();
  const argument = location.hash.split("/")[2];
  document.title = `${TITLES[name] ?? TITLES[""]} · Sandbox`;
  if (!currentToloker() || name === "new") {
    drawHeader("new");
    signUpPage(main, () => go("#/"));
    return;
  }
  drawHeader(name);
  leave = (PAGES[name] ?? poolsPage)(main, context(), argument) ?? (() => {});
  refreshAccount();
}

function drawHeader(page) {
  const toloker = currentToloker();
  fillElement(
    header,
    h(
      "a",
      { class: "brand", href: "#/" },
      h("img", { src: new URL("../bucket.svg", import.meta.url).href, alt: "", width: 28, height: 28 }),
      h("span", {}, "Sandbox"),
      h("span", { class: "brand-sub" }, "Toloker's desk"),
    ),
    toloker
      ? h(
          "nav",
          { class: "nav", "aria-label": "Desk" },
          NAV.map(([href, label, name]) => h("a", { href, "aria-current": name === page ? "page" : null }, label)),
        )
      : null,
    toloker ? playAs(toloker) : h("a", { class: "quiet", href: "/requester/" }, "I am a requester"),
  );
}

function playAs(toloker) {
  const others = tolokers().filter((known) => known.id !== toloker.id);
  const menu = h(
    "details",
    { class: "menu" },
    h(
      "summary",
      {},
      h("span", { class: "avatar", "aria-hidden": "true" }, toloker.name.slice(0, 1).toUpperCase()),
      h(
        "span",
        { class: "menu-who" },
        h("span", { class: "visually-hidden" }, "Playing as "),
        toloker.name,
        h("span", { class: "menu-balance", id: "balance" }),
      ),
      icon(...ICONS.chevron),
    ),
    h(
      "div",
      { class: "menu-list" },
      others.length ? h("p", { class: "menu-title" }, "Play as…") : null,
      others.map((other) =>
        h(
          "button",
          {
            type: "button",
            onclick: () => {
              chooseToloker(other.id);
              go("#/");
            },
          },
          h("span", { class: "avatar", "aria-hidden": "true" }, other.name.slice(0, 1).toUpperCase()),
          other.name,
        ),
      ),
      h("a", { href: "#/new" }, icon(...ICONS.plus), "New Toloker"),
      h("a", { href: "/requester/" }, icon(...ICONS.link), "Requester's pages"),
    ),
  );
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  return menu;
}

async function refreshAccount() {
  const toloker = currentToloker();
  try {
    const answer = await account();
    const place = document.getElementById("balance");
    if (place && currentToloker()?.id === toloker.id) place.textContent = money(answer.balance);
  } catch (error) {
    if (error.status === 401) unknownToloker(toloker, error.message);
    else console.warn("the account could not be read:", error.message);
  }
}

function unknownToloker(toloker, message) {
  leave();
  leave = () => {};
  forgetToloker(toloker.id);
  document.body.classList.remove("working");
  drawHeader("new");
  signUpPage(main, () => go("#/"));
  main.prepend(errorNotice(`${toloker.name}: ${message}`));
}

root.append(h("p", { class: "strip" }, "Sandbox: play money, no real crowd"), header, main);
window.addEventListener("hashchange", () => {
  route();
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
});
// Another tab made a new Toloker or forgot one: only the menu changes here.
window.addEventListener("storage", (event) => {
  if (event.key === LIST && currentToloker()) drawHeader(pageName());
});
route();
