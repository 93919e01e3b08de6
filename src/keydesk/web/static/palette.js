// The command palette: opens pages, keys, teams, models and actions by name. A combobox with a listbox (ARIA APG).
const palette = document.getElementById("palette");
const field = palette.querySelector("input");
const list = palette.querySelector("[role=listbox]");
const told = palette.querySelector("[role=status]");
const texts = JSON.parse(palette.dataset.texts);
const MOST = 40;
let items = [];
let etag = null;
let notice = "";
let found = [];
let active = -1;

// Buttons of the page that are actions too: the palette presses them, so their forms keep their CSRF token.
const buttons = () => [...document.querySelectorAll("[data-command]")].map(
  (button) => ({ kind: texts.action, label: button.dataset.command, detail: "", button }));

const folded = (text) => text.toLocaleLowerCase();

// 0 is best: the name starts with the text, a word does, the name contains it, or all words occur somewhere.
const rank = (item, text) => {
  const name = folded(item.label);
  if (name.startsWith(text)) return 0;
  if (name.includes(` ${text}`)) return 1;
  if (name.includes(text)) return 2;
  const all = folded(`${item.label} ${item.detail} ${item.kind}`);
  return text.split(/\s+/).every((word) => all.includes(word)) ? 3 : null;
};

const matching = (text) => [...items, ...buttons()]
  .map((item) => ({ item, rank: rank(item, text) }))
  .filter((each) => each.rank !== null)
  .sort((one, other) => one.rank - other.rank)
  .map((each) => each.item);

const part = (text, tone) => {
  const shown = document.createElement("span");
  shown.className = tone;
  shown.textContent = text;
  return shown;
};

const option = (item, index) => {
  const shown = document.createElement(item.button ? "div" : "a");
  shown.id = `palette-option-${index}`;
  shown.setAttribute("role", "option");
  shown.setAttribute("aria-selected", "false");
  shown.tabIndex = -1;
  if (!item.button) shown.href = item.href;
  shown.append(part(item.label, "name"), part([item.detail, item.kind].filter(Boolean).join(" · "), "quiet"));
  return shown;
};

const choose = (index) => {
  list.children[active]?.setAttribute("aria-selected", "false");
  active = index;
  const shown = list.children[active];
  if (!shown) { field.removeAttribute("aria-activedescendant"); return; }
  shown.setAttribute("aria-selected", "true");
  shown.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", shown.id);
};

const show = () => {
  const all = matching(folded(field.value.trim()));
  found = all.slice(0, MOST);
  list.replaceChildren(...found.map(option));
  field.setAttribute("aria-expanded", String(found.length > 0));
  told.textContent = [all.length ? texts.results.replace("{count}", all.length) : texts.none, notice].filter(Boolean).join(" ");
  choose(found.length ? 0 : -1);
};

// Names that arrive after a person has moved the choice do not move it back.
const showLoaded = () => {
  const chosen = active > 0 ? list.children[active].textContent : null;
  show();
  const index = [...list.children].findIndex((each) => each.textContent === chosen);
  if (index > 0) choose(index);
};

const open = (index) => {
  const item = found[index];
  if (!item) return;
  palette.close();
  if (item.button) item.button.click();
  else location.assign(item.href);
};

// Later openings ask again, with the version that is here, because a key may have been created since.
const load = async () => {
  try {
    const headers = etag ? { "If-None-Match": etag } : {};
    const answer = await fetch(palette.dataset.address, { headers, cache: "no-store", redirect: "manual" });
    if (answer.type === "opaqueredirect") { notice = texts.expired; return; }
    if (answer.status === 304) return;
    if (!answer.ok) { notice = texts.unreachable; return; }
    const sent = await answer.json();
    items = sent.items;
    etag = answer.headers.get("etag");
    notice = sent.complete ? "" : texts.incomplete;
  } catch {
    notice = texts.unreachable;
  }
};

const start = async () => {
  field.value = "";
  palette.showModal();
  if (items.length) show();
  else told.textContent = texts.loading;
  await load();
  showLoaded();
};

const STEPS = { ArrowDown: 1, ArrowUp: -1 };
field.addEventListener("input", show);
field.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key in STEPS && found.length) {
    event.preventDefault();
    choose((active + STEPS[event.key] + found.length) % found.length);
  } else if (event.key === "Enter") {
    event.preventDefault();
    open(active);
  }
});
list.addEventListener("click", (event) => {
  const shown = event.target.closest("[role=option]");
  if (!shown || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open([...list.children].indexOf(shown));
});
palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
palette.addEventListener("close", () => { list.replaceChildren(); field.setAttribute("aria-expanded", "false"); choose(-1); });
document.querySelector("[data-opens-palette]").addEventListener("click", start);
