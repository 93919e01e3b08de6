// The chart as an option of ECharts, in the colours of the theme.
import { formatsOf, shortDay } from "./formats.js";
import { tooltip } from "./tooltip.js";

// A property alone is not resolved to the theme at hand; a colour that uses it is.
const probe = document.body.appendChild(document.createElement("span"));
probe.hidden = true;
const colour = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };

// By the number of the series' colour; charts.css has the same patterns for swatches.
const PATTERNS = {
  0: { symbol: "circle", dashArrayX: [[8, 8], [0, 8, 8, 0]], dashArrayY: [6, 0], symbolSize: 0.3 },
  2: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4 },
  3: { symbol: "circle", dashArrayX: [[5, 5], [0, 5, 5, 0]], dashArrayY: [5, 0], symbolSize: 0.6 },
  4: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
  5: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4] },
  6: { symbol: "rect", dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], symbolSize: 0.9 },
  7: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: Math.PI / 2 },
  8: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 3], rotation: Math.PI / 4 },
  failed: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [3, 3], rotation: -Math.PI / 4 },
};
const decal = (color, patterned) =>
  patterned && PATTERNS[color] ? { ...PATTERNS[color], color: colour("--chart-ink") } : { symbol: "none" };

const bars = (data, shown, peak, style) => shown.map((each, number) => ({
  type: "bar", stack: "all", name: each.name, barMaxWidth: 48, barCategoryGap: "25%",
  itemStyle: {
    color: colour(`--series-${each.color}`), decal: decal(each.color, style.patterned),
    borderColor: style.card, borderWidth: data.days.length > 120 ? 0 : 0.75,
  },
  emphasis: { disabled: true },
  label: { ...style.text, color: style.ink, position: "top", formatter: () => peak.text },
  data: each.values.map((value, index) => (number === shown.length - 1 && index === peak.index ? { value, label: { show: true } } : value)),
}));

// `shown` are the series that the legend has switched on.
export const option = (data, shown, patterned) => {
  const sums = data.days.map((_, index) => shown.reduce((sum, each) => sum + each.values[index], 0));
  const most = Math.max(...sums);
  const [exact, round] = formatsOf(data.unit, most);
  const peak = { index: most > 0 ? sums.indexOf(most) : -1, text: round(most) };
  const line = colour("--line");
  const text = { color: colour("--quiet"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const style = { patterned, text, ink: colour("--ink"), card: colour("--card") };
  return {
    animation: false,
    grid: { left: 8, right: 12, top: 24, bottom: 8, outerBoundsMode: "same" },
    tooltip: {
      trigger: "axis", axisPointer: { type: "shadow", z: 0, shadowStyle: { color: colour("--hover"), opacity: 1 } }, confine: true, transitionDuration: 0, padding: 0, borderWidth: 0,
      backgroundColor: "transparent", extraCssText: "box-shadow: none", formatter: tooltip(data, shown, exact),
    },
    xAxis: {
      type: "category", data: data.days, axisTick: { show: false }, axisLine: { lineStyle: { color: line } },
      axisLabel: { ...text, formatter: shortDay, hideOverlap: true },
    },
    yAxis: { type: "value", splitNumber: 4, splitLine: { lineStyle: { color: line } }, axisLabel: { ...text, formatter: round } },
    series: bars(data, shown, peak, style),
  };
};
