// Draws the charts of the usage page from the JSON beside them. Patterns and labels distinguish the series without
// colour; the table below a chart has the same figures.
(() => {
  "use strict";
  const root = document.documentElement;
  const locale = root.dataset.locale || undefined;
  const money = new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumFractionDigits: 4 });
  const roundMoney = (most) => new Intl.NumberFormat(locale, { style: "currency", currency: "USD", maximumFractionDigits: most < 0.1 ? 4 : most < 10 ? 2 : 0 });
  const count = new Intl.NumberFormat(locale);
  const roundCount = new Intl.NumberFormat(locale, { notation: "compact" });
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });

  // A property alone is not resolved to the theme at hand; a colour that uses it is.
  const probe = document.body.appendChild(document.createElement("span"));
  probe.hidden = true;
  const colour = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
  const patterns = (ink) => [
    { symbol: "none" },
    { symbol: "rect", color: ink, dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: Math.PI / 4 },
    { symbol: "circle", color: ink, dashArrayX: [[5, 5], [0, 5, 5, 0]], dashArrayY: [5, 0], symbolSize: 0.6 },
    { symbol: "rect", color: ink, dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4 },
    { symbol: "rect", color: ink, dashArrayX: [1, 0], dashArrayY: [2, 4] },
    { symbol: "rect", color: ink, dashArrayX: [[6, 6], [0, 6, 6, 0]], dashArrayY: [6, 0], symbolSize: 0.9 },
  ];

  const option = (data, width) => {
    const ink = colour("--ink"), quiet = colour("--quiet"), line = colour("--line"), card = colour("--card");
    const text = { color: quiet, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
    const several = data.series.length > 1;
    const beside = several && width > 700;
    const rows = Math.ceil(data.series.length / 2);
    const sums = data.days.map((_, index) => data.series.reduce((sum, each) => sum + each.values[index], 0));
    const highest = sums.indexOf(Math.max(...sums));
    const [exact, round] = data.unit === "usd" ? [money, roundMoney(sums[highest])] : [count, roundCount];
    const top = data.series.length - 1;
    return {
      animation: false,
      color: [1, 2, 3, 4, 5, 6].map((number) => colour(`--series-${number}`)),
      aria: { enabled: true, label: { enabled: false }, decal: { show: true, decals: patterns(colour("--chart-ink")) } },
      grid: { left: 8, right: beside ? 190 : 12, top: 24, bottom: several && !beside ? 20 + 22 * rows : 8, outerBoundsMode: "same" },
      // In the order of the stack, so that names are beside their bars.
      legend: {
        show: several, selectedMode: false, itemWidth: 26, itemHeight: 14, itemGap: beside ? 12 : 10,
        data: (beside ? [...data.series].reverse() : data.series).map((each) => each.name),
        ...(beside ? { orient: "vertical", right: 0, top: "middle", width: 176 } : { bottom: 0, left: 0 }),
        textStyle: { ...text, color: ink, width: beside ? 136 : width / 2 - 60, overflow: "truncate" },
      },
      tooltip: {
        trigger: "axis", renderMode: "richText", axisPointer: { type: "shadow" }, confine: true,
        backgroundColor: card, borderColor: line, textStyle: { ...text, color: ink },
        formatter: (points) => {
          const said = points.filter((point) => point.value).reverse().map((point) => `${point.seriesName}  ${exact.format(point.value)}`);
          const sum = sums[points[0].dataIndex];
          return [date.format(new Date(points[0].name)), ...said, ...(said.length === 1 ? [] : [`${data.total}  ${exact.format(sum)}`])].join("\n");
        },
      },
      xAxis: { type: "category", data: data.days, axisTick: { show: false }, axisLine: { lineStyle: { color: line } }, axisLabel: { ...text, formatter: (value) => day.format(new Date(value)), hideOverlap: true } },
      yAxis: { type: "value", splitNumber: 4, splitLine: { lineStyle: { color: line } }, axisLabel: { ...text, formatter: (value) => round.format(value) } },
      series: data.series.map((each, number) => ({
        type: "bar", stack: "all", name: each.name, barMaxWidth: 48, barCategoryGap: "25%",
        itemStyle: { borderColor: card, borderWidth: data.days.length > 120 ? 0 : 0.5 },
        emphasis: { disabled: true },
        label: { ...text, color: ink, position: "top", formatter: () => round.format(sums[highest]) },
        data: each.values.map((value, index) => (number === top && index === highest ? { value, label: { show: true } } : value)),
      })),
    };
  };

  const draw = (box) => {
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    box.hidden = false;
    const chart = echarts.init(box, null, { renderer: "canvas" });
    const redraw = () => { chart.resize(); chart.setOption(option(data, box.clientWidth), { notMerge: true }); };
    redraw();
    new ResizeObserver(redraw).observe(box);
    document.addEventListener("keydesk:theme", redraw);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  };
  const drawNew = () => { for (const box of document.querySelectorAll("[data-chart][hidden]")) draw(box); };
  drawNew();
  document.addEventListener("keydesk:refreshed", drawNew);
})();
