// Local times, dialogs, copying, and the theme without a reload. Every page and form also works without scripts.
(() => {
  "use strict";
  const root = document.documentElement;
  const locale = root.dataset.locale || undefined;
  const dialog = document.getElementById("dialog");
  const told = document.getElementById("told");
  const texts = JSON.parse(told.dataset.texts);
  const tell = (text) => { told.textContent = ""; setTimeout(() => { told.textContent = text; }, 50); };

  // Times: in the chosen time zone, or else the browser's. UTC stays in the title.
  const format = (options) => {
    try {
      return new Intl.DateTimeFormat(locale, { ...options, timeZone: root.dataset.timeZone || undefined });
    } catch {
      return new Intl.DateTimeFormat(locale, options);
    }
  };
  const moment = format({ dateStyle: "medium", timeStyle: "short" });
  const day = format({ dateStyle: "medium" });
  const localise = (within) => {
    for (const time of within.querySelectorAll("time[data-shown]")) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.valueOf())) time.textContent = (time.dataset.shown === "day" ? day : moment).format(at);
    }
  };

  // Copying: <button data-copies="#id-of-what">.
  const copied = async (button) => {
    const source = document.querySelector(button.dataset.copies);
    const text = "value" in source ? source.value : source.textContent;
    const label = button.dataset.label || (button.dataset.label = button.textContent);
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = texts.copied;
      tell(texts.copiedToClipboard);
    } catch {
      getSelection().selectAllChildren(source);
      if (source.select) source.select();
      button.textContent = texts.pressCopy;
      tell(texts.selected);
    }
    setTimeout(() => { button.textContent = label; }, 2500);
  };

  // Dialogs: the content of another page, where the browser would go without a script.
  const opened = () => {
    const heading = dialog.querySelector("h1, h2");
    dialog.setAttribute("aria-label", heading ? heading.textContent.trim() : texts.dialog);
    if (!dialog.open) dialog.showModal();
    (dialog.querySelector("[autofocus]") || heading || dialog).focus();
  };
  dialog.addEventListener("close", () => { document.getElementById("dialog-content").replaceChildren(); });
  // A secret is shown once: neither a click outside nor the Escape key closes its dialog.
  const holdsSecret = () => dialog.querySelector("[data-secret]") !== null;
  dialog.addEventListener("click", (event) => { if (event.target === dialog && !holdsSecret()) dialog.close(); });
  dialog.addEventListener("cancel", (event) => { if (holdsSecret()) event.preventDefault(); });


  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copies]");
    if (button) copied(button);
    const closing = event.target.closest("[data-closes-dialog]");
    if (closing && dialog.open && dialog.contains(closing)) { event.preventDefault(); dialog.close(); }
  });
  // The theme, without a reload.
  const themes = { system: "dark", dark: "light", light: "system" };
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.theme")) return;
    event.preventDefault();
    const button = event.target.querySelector("button");
    const now = button.value;
    root.dataset.theme = now;
    document.cookie = `keydesk_theme=${now}; path=/; max-age=34560000; samesite=lax`;
    button.value = themes[now];
    button.title = texts.themes[now];
    button.setAttribute("aria-label", texts.themes[now]);
    tell(texts.themes[now]);
    document.dispatchEvent(new CustomEvent("keydesk:theme"));
  });

  // Remove secrets from pages that the browser keeps for its back button.
  addEventListener("pagehide", () => {
    for (const secret of document.querySelectorAll("[data-secret]")) secret.remove();
  });

  // Prepare what htmx inserts like the rest of a page.
  document.addEventListener("htmx:before:request", () => root.classList.add("busy"));
  document.addEventListener("htmx:finally:request", () => root.classList.remove("busy"));
  document.addEventListener("htmx:error", () => tell(texts.unreachable));
  document.addEventListener("htmx:after:swap", (event) => {
    localise(document);
    prepare();
    const target = event.detail?.ctx?.target;
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (target?.id === "dialog-content" || (dialog.open && lost)) opened();
    else if (lost) document.querySelector("main [autofocus], main h1[tabindex]")?.focus();
    const said = document.querySelector("[data-told]");
    if (said) tell(said.textContent.trim());
  });

  // Figures that a page refreshed itself.
  document.addEventListener("keydesk:refreshed", () => { localise(document); prepare(); });

  const prepare = () => {
    for (const element of document.querySelectorAll("[data-with-script][hidden]")) element.hidden = false;
  };
  localise(document);
  prepare();
  // Screen readers announce a status only when its text changes after the page has loaded.
  const flash = document.querySelector(".flash [role=status]");
  if (flash) setTimeout(() => { flash.textContent = `${flash.textContent}`; }, 150);
  // On a narrow screen the menu is longer than the screen is wide.
  const here = document.querySelector(".main-menu [aria-current]");
  const menu = here?.closest("ul");
  if (menu && menu.scrollWidth > menu.clientWidth) here.scrollIntoView({ block: "nearest", inline: "center" });
})();
