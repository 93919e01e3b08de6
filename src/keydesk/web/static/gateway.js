// Requests from the browser to the gateway, with a key that the person pasted. The key is only in its field and in these
// requests: no cookies, no referrer, no cache, no redirect to another host.
export const post = (url, body, key, signal) => fetch(url, {
  method: "POST", mode: "cors", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store", redirect: "error",
  headers: { "Authorization": `Bearer ${key}`, "Content-Type": "application/json" },
  body: JSON.stringify(body),
  signal,
});

export const refusalOf = (body) => String(body?.error?.message ?? body?.detail?.error ?? "");

export const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export const paragraph = (text, tone) => {
  const shown = document.createElement("p");
  shown.className = tone;
  shown.textContent = text;
  return shown;
};
