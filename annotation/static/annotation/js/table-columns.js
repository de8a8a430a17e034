// After a TSV or CSV file is picked: its columns as a choice, with the first lines below. Only the beginning of the file is read here;
// the server reads the whole by the same rules (tab, comma or semicolon, whichever the first line has most of).
const BEGINNING = 256 * 1024;
const LINES = 4;

function parse(text) {
  const first = text.split("\n", 1)[0];
  const count = (mark) => first.split(mark).length - 1;
  const delimiter = ["\t", ",", ";"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
  const rows = [];
  let row = [], cell = "", quoted = false;
  for (let i = 0; i < text.length && rows.length <= LINES; i++) {
    const character = text[i];
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') { cell += '"'; i++; } else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === delimiter) { row.push(cell); cell = ""; } else if (character === "\n") {
      row.push(cell.replace(/\r$/, ""));
      if (row.some((value) => value.trim())) rows.push(row);
      row = []; cell = "";
    } else cell += character;
  }
  if ((cell || row.length) && rows.length <= LINES) rows.push([...row, cell]);
  return rows;
}

function guess(header, rows) {
  const found = header.filter((_, position) => /^https?:\/\/\S+$/.test((rows[1]?.[position] ?? "").trim()));
  return found.length === 1 ? found[0] : "";
}

function choice(header, chosen, input) {
  const select = document.createElement("select");
  Object.assign(select, { name: "column", id: input.id, className: "form-select" });
  select.append(new Option("Choose a column", ""), ...header.map((name) => new Option(name, name, false, name === chosen)));
  return select;
}

function preview(rows, chosen) {
  const table = document.createElement("table");
  table.className = "table table-sm mb-0";
  for (const [number, row] of rows.slice(0, LINES + 1).entries()) {
    const line = (number ? table.tBodies[0] ?? table.createTBody() : table.createTHead()).insertRow();
    for (const [position, value] of row.entries()) {
      const cell = document.createElement(number ? "td" : "th");
      cell.textContent = value.length > 60 ? `${value.slice(0, 60)}…` : value;
      cell.classList.toggle("is-chosen", rows[0][position].trim() === chosen);
      line.append(cell);
    }
  }
  return table;
}

for (const panel of document.querySelectorAll("[data-table-columns]")) {
  const file = panel.querySelector("input[type=file]");
  const area = panel.querySelector("[data-table-preview]");
  const cell = panel.querySelector("[data-column-cell]");

  file.addEventListener("change", async () => {
    area.hidden = true;
    if (!file.files.length) return;
    const text = (await file.files[0].slice(0, BEGINNING).text()).replace(/^\uFEFF/, "");
    const rows = parse(text);
    const header = (rows[0] ?? []).map((name) => name.trim());
    if (!header.length || text.includes("\u0000")) return;
    const current = cell.querySelector("[name=column]");
    const select = choice(header, header.includes(current.value) ? current.value : guess(header, rows), current);
    current.replaceWith(select);
    const show = () => {
      area.replaceChildren(preview(rows, select.value));
      area.hidden = false;
    };
    select.addEventListener("change", show);
    show();
  });
}
