// Keeps <time datetime data-relative> true while the page stays open: "3 minutes ago". The exact time is its title.
const units = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];

function words(moment, now) {
  const seconds = (now - moment) / 1000;
  for (const [name, length] of units) {
    if (Math.abs(seconds) >= length) {
      // As the server counts: past in whole units, future rounded.
      const count = seconds > 0 ? Math.floor(seconds / length) : Math.round(-seconds / length);
      const text = `${count} ${name}${count === 1 ? "" : "s"}`;
      return seconds > 0 ? `${text} ago` : `in ${text}`;
    }
  }
  return seconds >= 0 ? "just now" : "in a moment";
}

function refresh() {
  const now = Date.now();
  for (const element of document.querySelectorAll("time[data-relative]")) {
    const text = words(Date.parse(element.dateTime), now);
    if (element.textContent !== text) element.textContent = text;
  }
}

setInterval(refresh, 30000);
