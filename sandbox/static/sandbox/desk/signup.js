// A new Toloker: a profile with defaults that suit most pools, so that one press of the button is enough.
import { h, errorNotice, fillElement } from "../dom.js";
import { signUp } from "./api.js";
import { addToloker, tolokers } from "./tolokers.js";

const COUNTRIES = {
  US: "United States",
  GB: "United Kingdom",
  DE: "Germany",
  FR: "France",
  ES: "Spain",
  IN: "India",
  PH: "Philippines",
  KE: "Kenya",
  NG: "Nigeria",
  BR: "Brazil",
  TR: "Türkiye",
  UA: "Ukraine",
  KZ: "Kazakhstan",
  RU: "Russia",
};
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
      citizenship: chosen("country"),
      languages,
      verified_languages: data.getAll("verified").filter((code) => languages.includes(code)),
      gender: chosen("gender"),
      education: chosen("education"),
      date_of_birth: chosen("date_of_birth"),
      adult_allowed: data.has("adult_allowed"),
    },
    computed: { ...DEVICES[data.get("device")].computed, country_by_ip: chosen("country"), country_by_phone: chosen("country") },
  };
}

function profileFields() {
  return h(
    "details",
    { class: "more" },
    h("summary", {}, "Profile: what audience rules look at"),
    h(
      "div",
      { class: "form-grid" },
      field("Country", select("country", COUNTRIES, "US")),
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
