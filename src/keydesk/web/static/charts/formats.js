// Formats numbers and days like the server (formats.py), so that a chart and its table read the same.
const locale = document.documentElement.dataset.locale || undefined;
const usd = (digits) => new Intl.NumberFormat(locale, {
  style: "currency", currency: "USD", minimumFractionDigits: digits, maximumFractionDigits: digits, roundingMode: "halfEven",
});
const [cents, small] = [usd(2), usd(6)];
const count = new Intl.NumberFormat(locale);
const compact = new Intl.NumberFormat(locale, { notation: "compact" });
const medium = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });

// Without its year, a day keeps its form: "Nov 29" in "Nov 29, 2026", and "29.11." in "29.11.2026".
const isNumeric = medium.formatToParts(new Date()).some((part) => part.type === "month" && /^\p{Nd}+$/u.test(part.value));
const short = new Intl.DateTimeFormat(locale, {
  timeZone: "UTC", ...(isNumeric ? { day: "2-digit", month: "2-digit" } : { day: "numeric", month: "short" }),
});

export const day = (text) => medium.format(new Date(text));
export const shortDay = (text) => short.format(new Date(text));

const money = (value) => (value !== 0 && Math.abs(value) < 0.01 ? small : cents).format(value);
const axisMoney = (most) => {
  const format = usd(most < 0.1 ? 4 : most < 10 ? 2 : 0);
  return (value) => format.format(value);
};

// The exact and the rounded format of a unit. `most` is the largest value of the axis.
export const formatsOf = (unit, most) =>
  unit === "usd" ? [money, axisMoney(most)] : [(value) => count.format(value), (value) => compact.format(value)];
