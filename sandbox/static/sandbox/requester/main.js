// The requester's pages: log in with the API token, then the page that the address names, at the paths that toloka-kit prints.
import { ICONS, errorNotice, fillElement, h, icon } from "../dom.js";
import { money } from "../format.js";
import { call, logIn, logOut, token } from "./api.js";
import { composePage, messagesPage, threadPage } from "./messages.js";
import { poolPage } from "./pool.js";
import { projectPage, projectsPage } from "./projects.js";
import { skillPage, skillsPage } from "./skills.js";
import { trainingPage } from "./training.js";
import { webhooksPage } from "./webhooks.js";

// The first that fits is shown; what its brackets caught is handed over.
const PAGES = [
  [/^\/requester\/project\/([^/]+)\/pool\/([^/]+)$/, poolPage],
  [/^\/requester\/project\/([^/]+)\/training\/([^/]+)$/, trainingPage],
  [/^\/requester\/project\/([^/]+)$/, projectPage],
  [/^\/requester\/quality\/skill\/([^/]+)$/, skillPage],
  [/^\/requester\/skills$/, skillsPage],
  [/^\/requester\/messages$/, messagesPage],
  [/^\/requester\/messages\/(?:new|to\/([^/]+))$/, (main, user = "") => composePage(main, user)],
  [/^\/requester\/messages\/([^/]+)$/, threadPage],
  [/^\/requester\/webhooks$/, webhooksPage],
  [/^\/requester\//, projectsPage],
];
const NAV = [
  ["/requester/", "Projects", /^\/requester\/(project\/.*)?$/],
  ["/requester/skills", "Skills", /^\/requester\/(skills|quality\/)/],
  ["/requester/messages", "Messages", /^\/requester\/messages/],
  ["/requester/webhooks", "Webhooks", /^\/requester\/webhooks/],
];

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
      requester
        ? NAV.map(([href, label, mine]) => h("a", { href, "aria-current": mine.test(location.pathname) ? "page" : null }, label))
        : null,
      h("a", { class: requester ? "narrow-hidden" : null, href: "/" }, "Toloker's desk"),
    ),
    requester
      ? h(
          "div",
          { class: "row who" },
          h(
            "span",
            {},
            h("strong", { class: "narrow-hidden" }, name),
            h("span", { class: "hint", title: "What can be spent" }, ` ${money(requester.balance)}`),
          ),
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
  try {
    drawHeader(await call("GET", "/requester"));
    const [pattern, page] = PAGES.find(([one]) => one.test(location.pathname));
    await page(
      main,
      ...pattern
        .exec(location.pathname)
        .slice(1)
        .map((part) => part && decodeURIComponent(part)),
    );
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
