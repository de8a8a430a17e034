// The requester's pages: log in with the API token, then projects, one project with its pools, one pool with its assignments.
import { ICONS, errorNotice, fillElement, h, icon } from "../dom.js";
import { money } from "../format.js";
import { call, logIn, logOut, token } from "./api.js";
import { poolPage } from "./pool.js";
import { projectPage, projectsPage } from "./projects.js";

const root = document.getElementById("requester");
const main = h("main", { id: "main", tabindex: "-1" });
const header = h("header", { class: "top" });

function drawHeader(requester = null) {
  const name = requester?.public_name?.EN ?? Object.values(requester?.public_name ?? {})[0] ?? "Requester";
  fillElement(
    header,
    h(
      "a",
      { class: "brand", href: "/requester/" },
      h("img", { src: new URL("../bucket.svg", import.meta.url).href, alt: "", width: 28, height: 28 }),
      h("span", {}, "Sandbox"),
      h("span", { class: "brand-sub" }, "Requester"),
    ),
    h(
      "nav",
      { class: "nav", "aria-label": "Requester" },
      h("a", { href: "/requester/", "aria-current": location.pathname === "/requester/" ? "page" : null }, "Projects"),
      h("a", { href: "/" }, "Toloker's desk"),
    ),
    requester
      ? h(
          "div",
          { class: "row" },
          h("span", {}, h("strong", {}, name), h("span", { class: "hint" }, ` ${money(requester.balance)}`)),
          h(
            "button",
            {
              class: "button small",
              type: "button",
              onclick: () => {
                logOut();
                start();
              },
            },
            "Log out",
          ),
        )
      : null,
  );
}

function loginPage(message = "") {
  drawHeader();
  const input = h("input", { type: "password", name: "token", required: true, autocomplete: "off", autofocus: true, spellcheck: false });
  fillElement(
    main,
    h(
      "header",
      { class: "page-head" },
      h("h1", {}, "Requester's pages"),
      h("p", { class: "lead" }, "See what the platform has: projects, pools and the crowd's answers, straight from its API."),
    ),
    h(
      "form",
      {
        class: "card login",
        onsubmit: (event) => {
          event.preventDefault();
          logIn(input.value.trim());
          start();
        },
      },
      message ? errorNotice(message) : null,
      h(
        "label",
        { class: "field" },
        h("span", { class: "field-label" }, "API token"),
        input,
        h(
          "span",
          { class: "hint" },
          "The one your application uses for this sandbox; it was printed when the sandbox was started. It stays in this tab.",
        ),
      ),
      h("div", {}, h("button", { class: "button primary", type: "submit" }, icon(...ICONS.person), "Log in")),
    ),
  );
  input.focus();
}

async function start() {
  if (!token()) {
    loginPage();
    return;
  }
  fillElement(main, h("p", { class: "loading", "aria-busy": "true" }, "Asking the sandbox…"));
  const { projectId, poolId } = root.dataset;
  try {
    const requester = await call("GET", "/requester");
    drawHeader(requester);
    if (poolId) await poolPage(main, projectId, poolId);
    else if (projectId) await projectPage(main, projectId);
    else await projectsPage(main);
  } catch (error) {
    if (error.status === 401) {
      logOut();
      loginPage(error.message);
    } else {
      fillElement(
        main,
        errorNotice(error.message, { label: "Try again", run: start }),
        h("p", {}, h("a", { href: "/requester/" }, "All projects")),
      );
    }
  }
}

drawHeader();
root.append(h("p", { class: "strip" }, "Sandbox: play money, no real crowd"), header, main);
start();
