// Money and time as people read them. Prices are US dollars; times come from the server as UTC, with or without a zone, and are shown in
// the browser's zone.

export function money(amount) {
  const value = Number(amount ?? 0);
  const digits = Math.max(
    2,
    (
      String(amount ?? 0)
        .replace(/0+$/, "")
        .split(".")[1] ?? ""
    ).length,
  );
  return `${value < 0 ? "−" : ""}$${Math.abs(value).toFixed(Math.min(digits, 4))}`;
}

/** Date of a server timestamp, or null. */
export function moment(text) {
  if (!text) return null;
  return new Date(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
}

const SHOWN = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "long" });

/** A <time> element with the exact time as its tooltip. */
export function timeElement(text) {
  const element = document.createElement("time");
  const date = moment(text);
  if (!date) return element;
  element.dateTime = date.toISOString();
  element.title = FULL.format(date);
  element.textContent = SHOWN.format(date);
  return element;
}

/** 45 -> "45 s", 600 -> "10 min", 5400 -> "1 h 30 min", 200000 -> "2 days 7 h". */
export function duration(seconds) {
  const units = [
    [86400, "day"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return "0 s";
  let rest = Math.round(seconds);
  return units
    .slice(first, first + (first < 2 ? 2 : 1))
    .map(([size, name]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      if (!count) return "";
      return name === "day" ? `${count} day${count === 1 ? "" : "s"}` : `${count} ${name}`;
    })
    .filter(Boolean)
    .join(" ");
}

/** 3725 -> "1:02:05", 65 -> "1:05". */
export function countdown(seconds) {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
