// Draws the charts of a page from the JSON beside them. The table below a chart has the same figures.
import { option } from "./option.js";
import { pickPeriod } from "./period.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const contrast = matchMedia("(prefers-contrast: more)");
const isPatterned = () => contrast.matches || document.documentElement.dataset.patterns === "on";

const draw = (figure) => {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const [box, legend] = [figure.querySelector(".drawn"), figure.querySelector(".legend")];
  const buttons = [...legend.querySelectorAll("button")];
  figure.hidden = false;
  const chart = echarts.init(box, null, { renderer: "canvas" });
  const redraw = () => {
    figure.classList.toggle("patterned", isPatterned());
    const shown = data.series.filter((_, index) => buttons[index].getAttribute("aria-pressed") === "true");
    chart.resize();
    chart.setOption(option(data, shown, isPatterned()), { notMerge: true });
  };
  legend.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    redraw();
  });
  redraw();
  if (figure.dataset.pick) pickPeriod(box, chart, data.days, figure.dataset.pick);
  new ResizeObserver(redraw).observe(box);
  document.addEventListener("keydesk:theme", redraw);
  for (const query of [dark, contrast]) query.addEventListener("change", redraw);
};
for (const figure of document.querySelectorAll("[data-chart]")) draw(figure);
