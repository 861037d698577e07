const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const json = (id) => JSON.parse($(`#${id}`).textContent);
const DATA = json("data");

/* An element; texts are texts, never HTML. */
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/* What a spreadsheet would take for a formula gets an apostrophe; plain numbers stay as they are. */
function csvCell(value) {
  let text = value == null ? "" : String(value).replaceAll("\n", " ");
  if (/^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
const csv = (rows) => rows.map((row) => row.map(csvCell).join(",") + "\n").join("");

const percent = (value, digits = 1) => `${(100 * value).toFixed(digits)}%`;

/* Order of cells: numbers by value, texts by language, what is not known always last. */
function compare(a, b, direction) {
  const empty = (value) => value == null || value === "";
  if (empty(a) || empty(b)) return empty(a) - empty(b);
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return direction * (x - y);
  return direction * String(a).localeCompare(String(b), "en", { numeric: true });
}

const THEMES = ["system", "light", "dark"];
function theme(name) {
  if (name === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", name);
  $("#theme").textContent = `Theme: ${name}`;
  $("#theme").dataset.now = name;
  try { localStorage.setItem("clm-proof-theme", name); } catch { /* pages on disk may have no storage */ }
}
function startTheme() {
  let kept = null;
  try { kept = localStorage.getItem("clm-proof-theme"); } catch { /* as above */ }
  theme(THEMES.includes(kept) ? kept : "system");
  $("#theme").addEventListener("click", () => theme(THEMES[(THEMES.indexOf($("#theme").dataset.now) + 1) % 3]));
}

function startCopying() {
  for (const button of $$("[data-copy]")) {
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(button.previousElementSibling);
        button.textContent = "Selected: press Ctrl+C";
      }
    });
  }
}

/* An element may lie in a part that is folded: all parts around it are opened. */
function reveal(element) {
  for (let part = element?.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
}

const NARROW = matchMedia("(max-width: 800px)");
/* On a phone the parts of the page are closed at first, so that it can be looked over. */
function startFolds() {
  const followed = () => { if (location.hash.length > 1 && !location.hash.includes("=")) reveal($(`${location.hash} > details > summary`)); };
  if (NARROW.matches) for (const part of $$(".fold, .terms")) part.open = false;
  addEventListener("hashchange", followed);
  for (const link of $$(".top nav a, #first-warnings a")) link.addEventListener("click", () => reveal($(`${link.hash} > details > summary`)));
  followed();
}

/* One page is printed, unless somebody asks for everything. */
function startPrinting() {
  $("#print-page")?.addEventListener("click", () => print());
  $("#print-all")?.addEventListener("click", () => {
    document.documentElement.dataset.print = "all";
    for (const part of $$(".fold, .terms")) part.open = true;
    print();
    delete document.documentElement.dataset.print;
  });
}
