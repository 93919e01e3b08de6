// The playground: sends a message to one or two models, and shows the answers as they arrive, with their cost.
import { filled, paragraph, post, refusalOf } from "./gateway.js";

const form = document.querySelector(".playground");
const answers = document.getElementById("answers");
const locale = document.documentElement.dataset.locale || undefined;
const usd = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumSignificantDigits: 3 });
const number = new Intl.NumberFormat(locale);
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

// The data of server-sent events, as JSON, until the stream ends.
async function* eventsOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value ?? "")).split(/\r?\n/);
    rest = done ? "" : lines.pop();
    for (const line of lines) {
      const data = line.startsWith("data:") ? line.slice(5).trim() : "";
      if (data && data !== "[DONE]") yield JSON.parse(data);
    }
    if (done) return;
  }
}

const costOf = (usage, price) => (price.input === "" || price.output === ""
  ? null : usage.prompt_tokens * Number(price.input) + usage.completion_tokens * Number(price.output));

const summary = (texts, usage, price, began) => {
  if (!usage) return [paragraph(texts.noUsage, "quiet")];
  const cost = costOf(usage, price);
  const seconds = tenths.format((performance.now() - began) / 1000);
  const used = { input: number.format(usage.prompt_tokens), output: number.format(usage.completion_tokens), seconds };
  return [
    paragraph(cost === null ? texts.noPrice : filled(texts.cost, { cost: usd.format(cost) }), "cost"),
    paragraph(filled(texts.used, used), "quiet"),
  ];
};

const card = (name) => {
  const shown = document.createElement("section");
  shown.className = "card";
  shown.setAttribute("aria-label", name);
  const heading = document.createElement("h2");
  heading.textContent = name;
  const text = paragraph("", "answer");
  const below = document.createElement("div");
  shown.append(heading, text, below);
  answers.append(shown);
  return { text, below };
};

const run = async ({ texts, key, message, option, signal }) => {
  const { text, below } = card(option.value);
  below.replaceChildren(paragraph(texts.sending, "quiet"));
  const began = performance.now();
  const body = { model: option.value, messages: [{ role: "user", content: message }], stream: true, stream_options: { include_usage: true } };
  try {
    const answer = await post(form.dataset.address, body, key, signal);
    if (!answer.ok) {
      const said = refusalOf(await answer.json().catch(() => null));
      below.replaceChildren(paragraph(filled(texts.refused, { status: answer.status }), "notice bad"), paragraph(said, "quiet"));
      return;
    }
    let usage = null;
    for await (const event of eventsOf(answer)) {
      text.textContent += event.choices?.[0]?.delta?.content ?? "";
      usage = event.usage ?? usage;
    }
    below.replaceChildren(...summary(texts, usage, option.dataset, began));
  } catch {
    below.replaceChildren(paragraph(signal.aborted ? texts.stopped : texts.unreachable, "notice fair"));
  }
};

if (form) {
  const texts = JSON.parse(form.dataset.texts);
  const [key, model, other, message] = ["key", "model", "other", "message"].map((name) => document.getElementById(`play-${name}`));
  const told = form.querySelector("[role=status]");
  const [send, stop] = form.querySelectorAll("button");
  let running = null;

  const missing = (field, text) => { answers.replaceChildren(paragraph(text, "notice fair")); told.textContent = text; field.focus(); };
  const start = async () => {
    if (!key.value.trim()) { missing(key, texts.empty); return; }
    if (!message.value.trim()) { missing(message, texts.noMessage); return; }
    running = new AbortController();
    [send.disabled, stop.hidden] = [true, false];
    told.textContent = texts.sending;
    answers.replaceChildren();
    const asked = { texts, key: key.value.trim(), message: message.value, signal: running.signal };
    const chosen = [model, other].map((list) => list.selectedOptions[0]).filter((option) => option.value);
    await Promise.all(chosen.map((option) => run({ ...asked, option })));
    [send.disabled, stop.hidden] = [false, true];
    told.textContent = texts.done;
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); start(); });
  stop.addEventListener("click", () => { running?.abort(); send.disabled = false; send.focus(); });
  // The browser keeps pages for its back button.
  addEventListener("pagehide", () => { running?.abort(); key.value = ""; });
}
