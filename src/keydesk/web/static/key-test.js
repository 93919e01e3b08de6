// Tests a key: sends one small request from the browser to the gateway. The key stays in its field and in this request.
const TIME_LIMIT = 30_000;

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const paragraph = (text, tone) => {
  const shown = document.createElement("p");
  shown.className = tone;
  shown.textContent = text;
  return shown;
};

const answerOf = (body) => body.choices?.[0]?.message?.content ?? "";
const refusalOf = (body) => body?.error?.message ?? body?.detail?.error ?? "";

const send = async ({ url, body }, key) => {
  const began = performance.now();
  const answer = await fetch(url, {
    method: "POST", mode: "cors", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "error",
    headers: { "Authorization": `Bearer ${key}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIME_LIMIT),
  });
  const sent = await answer.text();
  const seconds = ((performance.now() - began) / 1000).toFixed(2);
  try { return { answer, seconds, body: JSON.parse(sent) }; } catch { return { answer, seconds, body: null }; }
};

const shown = (texts, { answer, seconds, body }) => {
  if (!answer.ok) {
    return [paragraph(filled(texts.refused, { status: answer.status }), "notice bad"), paragraph(String(refusalOf(body)), "quiet")];
  }
  const parts = [paragraph(filled(texts.works, { model: body?.model ?? "", seconds }), "notice good")];
  if (body?.usage) parts.push(paragraph(filled(texts.tokens, { count: body.usage.total_tokens }), "quiet"));
  if (answerOf(body)) parts.push(paragraph(`“${answerOf(body)}”`, "quiet"));
  return parts;
};

for (const form of document.querySelectorAll(".key-test")) {
  const request = JSON.parse(form.dataset.request);
  const texts = JSON.parse(form.dataset.texts);
  const [field, button, result] = ["input", "button", ".key-test-result"].map((name) => form.querySelector(name));
  const test = async () => {
    const key = field.value.trim();
    if (!key) { result.replaceChildren(paragraph(texts.empty, "notice fair")); field.focus(); return; }
    button.disabled = true;
    result.replaceChildren(paragraph(texts.sending, "quiet"));
    try {
      result.replaceChildren(...shown(texts, await send(request, key)));
    } catch {
      result.replaceChildren(paragraph(texts.unreachable, "notice fair"));
    } finally {
      button.disabled = false;
    }
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); test(); });
}
