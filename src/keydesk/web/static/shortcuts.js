// Keyboard shortcuts: Ctrl-K or Cmd-K opens the command palette, / goes to the page's search, ? lists the shortcuts.
const palette = document.getElementById("palette");
const shortcuts = document.getElementById("shortcuts");
const opener = document.querySelector("[data-opens-palette]");
const SEARCHES = "main input[type=search], main .filter :is(input:not([type=hidden]), select)";
const TYPED_IN = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

const goToSearch = () => {
  const search = [...document.querySelectorAll(SEARCHES)].find((field) => field.checkVisibility());
  if (!search) { opener.click(); return; }
  search.focus();
  search.select?.();
};

const SINGLE_KEYS = { "/": goToSearch, "?": () => shortcuts.showModal() };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== "k" || event.shiftKey) return;
    if (palette.open) { event.preventDefault(); palette.close(); return; }
    // An open dialog may hold a secret that is shown once.
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    opener.click();
    return;
  }
  if (shortcuts.dataset.singleKeys === "off" || document.querySelector("dialog[open]")) return;
  // A field in a dialog that has just been closed can still have the focus.
  if (!(event.key in SINGLE_KEYS) || event.target.closest?.(TYPED_IN)?.checkVisibility()) return;
  event.preventDefault();
  SINGLE_KEYS[event.key]();
});

if (/mac|iphone|ipad/i.test(navigator.platform)) {
  for (const key of document.querySelectorAll("[data-modifier]")) key.textContent = "⌘";
}
