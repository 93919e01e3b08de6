// Draws the charts of a page from the JSON beside them. The table below a chart has the same figures.
import { option } from "./option.js";
import { pickPeriod } from "./period.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const contrast = matchMedia("(prefers-contrast: more)");
const isPatterned = () => contrast.matches || document.documentElement.dataset.patterns === "on";

// Series that are switched off stay so when a page refreshes its figures.
const off = new Set();

const draw = (figure) => {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const [box, legend] = [figure.querySelector(".drawn"), figure.querySelector(".legend")];
  const buttons = [...legend.querySelectorAll("button")];
  const nameOf = (button) => `${data.title}: ${data.series[buttons.indexOf(button)].name}`;
  for (const button of buttons) button.setAttribute("aria-pressed", String(!off.has(nameOf(button))));
  figure.hidden = false;
  const chart = echarts.init(box, null, { renderer: "canvas" });
  const redraw = () => {
    if (!figure.isConnected) return chart.isDisposed() || chart.dispose();
    figure.classList.toggle("patterned", isPatterned());
    const shown = data.series.filter((_, index) => buttons[index].getAttribute("aria-pressed") === "true");
    chart.resize();
    chart.setOption(option(data, shown, isPatterned()), { notMerge: true });
  };
  legend.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const isOff = !off.delete(nameOf(button));
    if (isOff) off.add(nameOf(button));
    button.setAttribute("aria-pressed", String(!isOff));
    redraw();
  });
  redraw();
  if (figure.dataset.pick) pickPeriod(box, chart, data.days, figure.dataset.pick);
  new ResizeObserver(redraw).observe(box);
  document.addEventListener("keydesk:theme", redraw);
  for (const query of [dark, contrast]) query.addEventListener("change", redraw);
};
const drawNew = () => { for (const figure of document.querySelectorAll("[data-chart][hidden]")) draw(figure); };
drawNew();
document.addEventListener("keydesk:refreshed", drawNew);
