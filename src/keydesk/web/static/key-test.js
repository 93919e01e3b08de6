// Tests a key: sends one small request from the browser to the gateway. The key stays in its field and in this request.
import { filled, paragraph, post, refusalOf } from "./gateway.js";

const TIME_LIMIT = 30_000;

const answerOf = (body) => body.choices?.[0]?.message?.content ?? "";

const send = async ({ url, body }, key) => {
  const began = performance.now();
  const answer = await post(url, body, key, AbortSignal.timeout(TIME_LIMIT));
  const sent = await answer.text();
  const seconds = ((performance.now() - began) / 1000).toFixed(2);
  try { return { answer, seconds, body: JSON.parse(sent) }; } catch { return { answer, seconds, body: null }; }
};

const shown = (texts, { answer, seconds, body }) => {
  if (!answer.ok) {
    return [paragraph(filled(texts.refused, { status: answer.status }), "notice bad"), paragraph(refusalOf(body), "quiet")];
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
