// Refreshes the figures of a page: asks GET /spend with the version that the page shows, and replaces the figures when
// there are newer ones. It asks while the page is visible, less and less often, and stops after some time.
const FIRST = { updating: 1, usual: 3 };
const LIMITS = { usual: { factor: 2, from: 0, longest: 60, most: 6 }, soon: { factor: 1.5, from: 40, longest: 60, most: 55 } };
const SOON_SECONDS = 3;
const MOST_FAILURES = 3;
const TIME_LIMIT = 20_000;
const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];
const NOW_SECONDS = 5;

const relative = new Intl.RelativeTimeFormat(document.documentElement.dataset.locale || undefined);
let readAt, asked, failures, delay, wasSoon, timer;

const line = () => document.getElementById("updated");
const isSoon = () => line().dataset.soon === "true";
const begin = () => {
  wasSoon = isSoon();
  [asked, failures, delay] = [0, 0, wasSoon ? SOON_SECONDS : FIRST.usual];
};
const setAge = (seconds) => { readAt = performance.now() - 1000 * seconds; showAge(); };

const showAge = () => {
  const seconds = (performance.now() - readAt) / 1000;
  const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? ["second", 1];
  const { updated, now } = JSON.parse(line().dataset.texts);
  const when = seconds < NOW_SECONDS ? now : relative.format(-Math.floor(seconds / size), unit);
  line().querySelector("[data-age-shown]").textContent = updated.replace("{when}", when);
};

const showUpdating = (is) => { line().querySelector("[data-updating-shown]").hidden = !is; };

const fetched = (address, headers) => fetch(address, {
  headers, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(TIME_LIMIT),
});

// The new page can need a script that the old one did not, such as that of the first chart.
const addScripts = (page) => {
  for (const script of page.head.querySelectorAll("script[src]")) {
    if (document.querySelector(`script[src="${script.getAttribute("src")}"]`)) continue;
    const added = Object.assign(document.createElement("script"), { src: script.getAttribute("src"), type: script.type, async: false });
    document.head.append(added);
  }
};

// What a person opened or focused stays so.
const replaced = (old, fresh) => {
  const node = document.importNode(fresh, true);
  const opened = [...old.querySelectorAll("details")].map((each) => each.open);
  [...node.querySelectorAll("details")].forEach((each, index) => { each.open = opened[index] ?? each.open; });
  const reachable = "a, button, summary, input, select, [tabindex]";
  const focused = [...old.querySelectorAll(reachable)].indexOf(document.activeElement);
  old.replaceWith(node);
  if (focused >= 0) node.querySelectorAll(reachable)[focused]?.focus({ preventScroll: true });
  if (window.htmx) htmx.process(node);
};

const refresh = async () => {
  const answer = await fetched(location.href, { Accept: "text/html" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = page.getElementById("updated");
  if (!answer.ok || !next) throw new Error("the page has no figures");
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(old.id);
    if (fresh) replaced(old, fresh);
  }
  const { refreshed } = JSON.parse(next.dataset.texts);
  line().replaceWith(document.importNode(next, true));
  addScripts(page);
  document.dispatchEvent(new CustomEvent("keydesk:refreshed"));
  document.getElementById("told").textContent = refreshed;
  setAge(Number(next.dataset.age));
};

const ask = async () => {
  if (document.hidden || document.querySelector("dialog[open]")) return;
  asked += 1;
  showUpdating(true);
  try {
    const answer = await fetched(line().dataset.address, { "If-None-Match": `W/"${line().dataset.version}"` });
    if (answer.status === 304) setAge(Number(answer.headers.get("age")));
    else if (answer.ok) await refresh();
    else throw new Error(answer.statusText);
    failures = 0;
  } catch {
    failures += 1;
  }
  showUpdating(false);
  wait();
};

const wait = () => {
  if (isSoon() && !wasSoon) begin();
  const { factor, from, longest, most } = isSoon() ? LIMITS.soon : LIMITS.usual;
  if (asked >= most || failures >= MOST_FAILURES) return;
  clearTimeout(timer);
  timer = setTimeout(ask, 1000 * delay);
  if (asked >= from) delay = Math.min(longest, delay * factor);
};

const start = (seconds) => {
  begin();
  clearTimeout(timer);
  timer = setTimeout(ask, 1000 * seconds);
};

setAge(Number(line().dataset.age));
setInterval(() => { if (!document.hidden) showAge(); }, 1000 * NOW_SECONDS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) start(0); });
document.getElementById("dialog").addEventListener("close", () => start(0));
start(line().dataset.updating === "true" ? FIRST.updating : FIRST.usual);
