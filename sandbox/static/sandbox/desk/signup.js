// A new Toloker: a profile with defaults that suit most pools, so that one press of the button is enough.
import { h, errorNotice, fillElement } from "../dom.js";
import { signUp } from "./api.js";
import { addToloker, tolokers } from "./tolokers.js";

// [name, Toloka's region id], by country code.
const COUNTRIES = {
  US: ["United States", 84],
  GB: ["United Kingdom", 102],
  DE: ["Germany", 96],
  FR: ["France", 124],
  ES: ["Spain", 204],
  IT: ["Italy", 205],
  PT: ["Portugal", 10074],
  PL: ["Poland", 120],
  IN: ["India", 994],
  PK: ["Pakistan", 10102],
  BD: ["Bangladesh", 10091],
  ID: ["Indonesia", 10095],
  PH: ["Philippines", 10108],
  VN: ["Vietnam", 10093],
  JP: ["Japan", 137],
  KE: ["Kenya", 21223],
  NG: ["Nigeria", 20741],
  EG: ["Egypt", 1056],
  BR: ["Brazil", 94],
  MX: ["Mexico", 20271],
  TR: ["Türkiye", 983],
  UA: ["Ukraine", 187],
  KZ: ["Kazakhstan", 159],
  RU: ["Russia", 225],
};
const COUNTRY_NAMES = Object.fromEntries(Object.entries(COUNTRIES).map(([code, [name]]) => [code, name]));
const LANGUAGES = {
  EN: "English",
  DE: "German",
  FR: "French",
  ES: "Spanish",
  PT: "Portuguese",
  RU: "Russian",
  TR: "Turkish",
  HI: "Hindi",
  AR: "Arabic",
  UK: "Ukrainian",
};
const GENDERS = { FEMALE: "Female", MALE: "Male" };
const EDUCATION = { BASIC: "Basic", MIDDLE: "Middle", HIGH: "High" };
const DEVICES = {
  PERSONAL_COMPUTER: {
    label: "Computer, in the browser",
    computed: { device_category: "PERSONAL_COMPUTER", client_type: "BROWSER", user_agent_type: "BROWSER" },
  },
  SMARTPHONE: {
    label: "Phone, in the mobile app",
    computed: { device_category: "SMARTPHONE", client_type: "TOLOKA_APP", user_agent_type: "OTHER" },
  },
  TABLET: {
    label: "Tablet, in the browser",
    computed: { device_category: "TABLET", client_type: "BROWSER", user_agent_type: "MOBILE_BROWSER" },
  },
};
const NAMES = ["Ada", "Bruno", "Chika", "Dana", "Emre", "Farah", "Goran", "Hana", "Ivo", "Jun", "Kofi", "Lena"];

const field = (label, control, hint = "") =>
  h("label", { class: "field" }, h("span", { class: "field-label" }, label), control, hint ? h("span", { class: "hint" }, hint) : null);

function select(name, options, chosen, empty = null) {
  return h(
    "select",
    { name },
    empty ? h("option", { value: "" }, empty) : null,
    Object.entries(options).map(([value, label]) => h("option", { value, selected: value === chosen }, label)),
  );
}

function checks(name, options, chosen) {
  return h(
    "div",
    { class: "checks" },
    Object.entries(options).map(([value, label]) =>
      h("label", { class: "check" }, h("input", { type: "checkbox", name, value, checked: chosen.includes(value) }), h("span", {}, label)),
    ),
  );
}

/** Toloka's profile words for what the form says: {name, profile, computed}. */
function profileOf(form) {
  const data = new FormData(form);
  const chosen = (name) => data.get(name) || undefined;
  const languages = data.getAll("languages");
  return {
    name: chosen("name"),
    profile: {
      country: chosen("country"),
      citizenship: chosen("citizenship"),
      city: chosen("city") && Number(chosen("city")),
      languages,
      verified_languages: data.getAll("verified").filter((code) => languages.includes(code)),
      gender: chosen("gender") ?? null,
      education: chosen("education") ?? null,
      date_of_birth: chosen("date_of_birth") ?? null,
      adult_allowed: data.has("adult_allowed"),
    },
    computed: {
      ...DEVICES[data.get("device")].computed,
      region_by_ip: regionOf(data.get("country")),
      region_by_phone: regionOf(data.get("phone_country")),
    },
  };
}

const regionOf = (country) => COUNTRIES[country]?.[1];

function profileFields() {
  return h(
    "details",
    { class: "more" },
    h("summary", {}, "Profile: what audience rules look at"),
    h(
      "div",
      { class: "form-grid" },
      field("Country", select("country", COUNTRY_NAMES, "US"), "Also the region that the address (IP) says."),
      field("Citizenship", select("citizenship", COUNTRY_NAMES, "US")),
      field("Phone number's country", select("phone_country", COUNTRY_NAMES, "US")),
      field(
        "City",
        h("input", { type: "number", name: "city", min: "1", step: "1", placeholder: "87" }),
        "Toloka's region id, as in filters.",
      ),
      field(
        "Device",
        select("device", Object.fromEntries(Object.entries(DEVICES).map(([key, device]) => [key, device.label])), "PERSONAL_COMPUTER"),
      ),
      field("Gender", select("gender", GENDERS, "", "Not said")),
      field("Education", select("education", EDUCATION, "HIGH", "Not said")),
      field(
        "Date of birth",
        h("input", { type: "date", name: "date_of_birth", value: "1995-05-15", min: "1900-01-01", max: "2020-12-31" }),
      ),
      h(
        "label",
        { class: "check switch-row" },
        h("input", { type: "checkbox", name: "adult_allowed", checked: true }),
        h("span", {}, "Show tasks with adult content (18+)"),
      ),
    ),
    h("fieldset", {}, h("legend", {}, "Speaks"), checks("languages", LANGUAGES, ["EN"])),
    h("fieldset", {}, h("legend", {}, "Of these, confirmed by a language test"), checks("verified", LANGUAGES, [])),
  );
}

/** The page `#/new`. `done()` is called with the new Toloker at the desk. */
export function signUpPage(main, done) {
  const known = tolokers().map((toloker) => toloker.name);
  const free = NAMES.find((name) => !known.includes(name)) ?? `Toloker ${known.length + 1}`;
  const trouble = h("div");
  const button = h("button", { class: "button primary large", type: "submit" }, "Start working");
  const form = h(
    "form",
    {
      class: "card signup",
      onsubmit: async (event) => {
        event.preventDefault();
        const wish = profileOf(form);
        if (!wish.profile.languages.length) {
          fillElement(trouble, errorNotice("Tick at least one language: a Toloker without one sees no tasks."));
          return;
        }
        button.disabled = true;
        try {
          const answer = await signUp(wish);
          addToloker({ ...answer, name: wish.name ?? free });
          done();
        } catch (error) {
          fillElement(trouble, errorNotice(error.message));
          button.disabled = false;
        }
      },
    },
    field(
      "Name",
      h("input", { name: "name", value: free, required: true, maxlength: "60", autocomplete: "off", autofocus: true }),
      "Only you see it, in the “Play as” menu.",
    ),
    profileFields(),
    trouble,
    h("div", { class: "form-foot" }, button),
  );
  fillElement(
    main,
    h(
      "header",
      { class: "page-head" },
      h("h1", {}, known.length ? "New Toloker" : "Play the crowd"),
      h(
        "p",
        { class: "lead" },
        "In the sandbox you can be any Toloker you like. Make one, take a task, and see your project from the other side. ",
        "The money is play money and nobody else is at work here unless you invite them.",
      ),
    ),
    form,
  );
}
