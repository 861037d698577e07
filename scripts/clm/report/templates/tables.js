/* Tables: sorted, filtered, one facet at a time, a page at a time, all of it exported. */
const PAGE = 25;
const NUMBERS = new Set(["count", "rate", "figure", "exact"]);

function cellContent(kind, value) {
  if (value == null || value === "") return [];
  switch (kind) {
    case "rate": return [percent(Number(value))];
    case "figure": return [Number(value).toFixed(1)];
    case "count": return [Number(value).toLocaleString("en-US")];
    case "word": return [el("button", { type: "button", class: "link", "data-word": value }, value)];
    case "folder": return DATA.index.has(value)
      ? [el("button", { type: "button", class: "link", "data-folder": value }, value)] : [value];
    case "links": return value.split(" | ").flatMap((part, at) => [at ? ", " : "", webLink(part)]);
    default: return breakable(String(value));
  }
}

/* A long name may be divided after its dots and slashes, so that it need not be within a word. */
function breakable(text) {
  if (!/\S{17}/.test(text)) return [text];
  return text.split(/(?<=[._/:])/).flatMap((part, at) => (at ? [el("wbr"), part] : [part]));
}

/* The words around a word, which stands out: the one nearest to the middle, where it was said more than once. */
function contextContent(text, word) {
  const words = text.split(" ");
  const away = (at) => Math.abs(at - (words.length - 1) / 2);
  const found = words.reduce((best, part, at) => (part === word && (best < 0 || away(at) < away(best)) ? at : best), -1);
  return words.flatMap((part, at) => [at ? " " : "", at === found ? el("strong", {}, part) : part]);
}

function playButton(folder, recording, at) {
  const found = DATA.folders[DATA.index.get(folder)];
  if (!found || !at) return [];
  return [el("button", { type: "button", class: "play", "data-play": `${found.id}`, "data-recording": recording, "data-place": at - 1,
    "aria-label": `Play this place in ${folder}` }, "▶")];
}

function webLink(text) {
  if (!/^https?:\/\/[^\s<>"'\\^`{|}]+$/i.test(text) || text.length > 2000) return text;
  const words = decodeAddress(text);
  return el("a", { href: text, target: "_blank", rel: "noopener noreferrer" }, words);
}
function decodeAddress(text) {
  const last = text.replace(/[/?#]+$/, "").split("/").pop();
  return last.length > 2 ? `${new URL(text).hostname}: ${last.replaceAll("_", " ")}` : text;
}

class TableView {
  constructor(root, table) {
    Object.assign(this, { root, table, shown: PAGE, order: null, words: "" });
    this.keys = table.columns.map(([key]) => key);
    /* Columns without any content are not drawn; they are exported all the same. */
    this.drawn = table.columns.map(([, , kind], at) => kind !== "hidden" && table.rows.some((row) => row[at] != null && row[at] !== ""));
    this.facet = table.facet ? this.keys.indexOf(table.facet) : -1;
    this.value = table.chosen;
    this.build();
    this.draw();
  }

  build() {
    const { table, root } = this;
    const name = $("h3", root).textContent;
    const bar = el("div", { class: "toolbar" });
    if (this.facet >= 0) {
      const values = [...new Set(table.rows.map((row) => row[this.facet]))];
      if (!values.includes(this.value)) this.value = values[0];
      const label = table.columns[this.facet][1];
      const select = el("select", { onchange: (event) => this.set({ value: event.target.value }) },
        ...values.map((value) => el("option", { value, selected: value === this.value }, value)),
        el("option", { value: "*" }, "all"));
      bar.append(el("label", {}, label, select));
    }
    bar.append(
      el("label", {}, "Filter", el("input", { type: "search", autocomplete: "off",
        oninput: (event) => this.set({ words: event.target.value.toLowerCase() }) })),
      this.count = el("span", { class: "shown", role: "status" }),
      el("button", { type: "button", class: "button end", "data-csv": table.name, onclick: () => this.export() },
        "CSV", el("span", { class: "visually-hidden" }, ` of ${name}`)));
    this.head = table.columns.map(([, label, kind], at) => el("th",
      { scope: "col", class: NUMBERS.has(kind) ? "number-cell" : null },
      el("button", { type: "button", class: "sort", onclick: () => this.sort(at) }, label)));
    this.body = el("tbody");
    this.more = el("button", { type: "button", class: "button", onclick: () => this.set({ shown: this.shown * 4 }, true) });
    root.append(bar,
      el("p", { class: "hint", hidden: true }, "There is more on the right: scroll sideways →"),
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
        el("table", {}, el("caption", { class: "visually-hidden" }, name),
          el("thead", {}, el("tr", {}, ...this.head.filter((_, at) => at !== this.facet && this.drawn[at]))), this.body)),
      el("div", { class: "toolbar" }, this.more));
  }

  set(change, keep = false) {
    Object.assign(this, keep ? {} : { shown: PAGE }, change);
    this.draw();
  }

  sort(at) {
    const first = NUMBERS.has(this.table.columns[at][2]) ? -1 : 1;
    this.order = this.order?.at === at ? { at, direction: -this.order.direction } : { at, direction: first };
    this.head.forEach((cell, place) => {
      if (place === at) cell.setAttribute("aria-sort", this.order.direction > 0 ? "ascending" : "descending");
      else cell.removeAttribute("aria-sort");
    });
    this.set({});
  }

  rows() {
    const { order, words } = this;
    let rows = this.table.rows;
    if (this.facet >= 0 && this.value !== "*") rows = rows.filter((row) => row[this.facet] === this.value);
    if (words) rows = rows.filter((row) => row.some((cell) => cell != null && String(cell).toLowerCase().includes(words)));
    return order ? [...rows].sort((a, b) => compare(a[order.at], b[order.at], order.direction)) : rows;
  }

  draw() {
    const rows = this.rows();
    const faceted = this.facet >= 0;
    this.head[this.facet]?.remove();
    if (faceted && this.value === "*") {
      const before = this.head.slice(0, this.facet).filter((_, at) => this.drawn[at]).pop();
      if (before) before.after(this.head[this.facet]); else $("thead tr", this.root).prepend(this.head[this.facet]);
    }
    this.body.replaceChildren(...rows.slice(0, this.shown).map((row) => this.row(row)));
    const cut = this.table.rows.length < this.table.total;
    const all = cut ? ` (all ${this.table.total.toLocaleString("en-US")} are in tables/${this.table.name}.csv)` : "";
    const shown = Math.min(this.shown, rows.length);
    this.count.textContent = rows.length > shown
      ? `${shown.toLocaleString("en-US")} of ${rows.length.toLocaleString("en-US")} rows${all}`
      : `${shown.toLocaleString("en-US")} row${shown === 1 ? "" : "s"}${all}`;
    this.more.hidden = rows.length <= this.shown;
    this.more.textContent = `Show ${Math.min(3 * this.shown, rows.length - shown).toLocaleString("en-US")} more`;
  }

  row(row) {
    const cells = row.map((value, at) => {
      const kind = this.table.columns[at][2];
      const number = NUMBERS.has(kind);
      const long = !number && typeof value === "string" && value.length > 28;
      return el("td", { class: number ? "number-cell" : kind === "context" ? "words" : long ? "long" : null,
        title: number && value != null ? value : null }, ...this.content(kind, value, row));
    });
    return el("tr", {}, ...cells.filter((_, at) => this.drawn[at] && !(at === this.facet && this.value !== "*")));
  }

  content(kind, value, row) {
    const named = (key) => row[this.keys.indexOf(key)];
    if (kind === "play") return playButton(named("folder"), named("recording"), value);
    return kind === "context" && value ? contextContent(value, named("word")) : cellContent(kind, value);
  }

  export() {
    save(`${this.table.name}.csv`, "text/csv", csv([this.keys, ...this.rows()]));
  }
}

/* The leaderboard stands in the page as HTML; sorting moves its rows, each with its details. */
function startBoard() {
  const board = $("#board");
  if (!board) return;
  const body = $("tbody", board);
  const rows = $$("tr:not([data-more])", body);
  const more = new Map(rows.map((row) => [row, row.nextElementSibling?.matches("[data-more]") ? row.nextElementSibling : null]));
  const value = (row, key) => $(`[data-key=${key}]`, row)?.dataset.value;
  for (const head of $$("thead th", board)) {
    $("button", head).addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      $$("thead th", board).forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = head.dataset.key;
      const order = [...rows].sort((a, b) => compare(value(a, key), value(b, key), up ? 1 : -1));
      body.append(...order.flatMap((row) => [row, more.get(row)].filter(Boolean)));
    });
  }
  for (const [row, details] of more) {
    $(".more", row)?.addEventListener("click", (event) => {
      details.hidden = !details.hidden;
      event.currentTarget.setAttribute("aria-expanded", !details.hidden);
    });
  }
  $("#board-filter").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase();
    for (const [row, details] of more) {
      row.hidden = !row.textContent.toLowerCase().includes(words);
      if (details) details.hidden = row.hidden || $(".more", row).getAttribute("aria-expanded") !== "true";
    }
  });
  $("#board-csv").addEventListener("click", () => {
    const table = DATA.tables.find((found) => found.name === "leaderboard");
    save("leaderboard.csv", "text/csv", csv([table.columns.map(([key]) => key), ...table.rows]));
  });
}

function startTables() {
  const tables = new Map((DATA.tables ?? []).map((table) => [table.name, table]));
  for (const root of $$(".table-view")) new TableView(root, tables.get(root.dataset.table));
}
