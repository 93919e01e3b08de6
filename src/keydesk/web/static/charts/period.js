// Picks a period by dragging across days. The address of the page gets the first and the last day.
const CLICK_PIXELS = 4;

export const pickPeriod = (box, chart, days, address) => {
  const band = box.appendChild(document.createElement("div"));
  band.className = "band";
  band.hidden = true;
  let started = null;

  const left = () => box.getBoundingClientRect().left;
  const centre = (index) => chart.convertToPixel({ xAxisIndex: 0 }, index);
  const dayAt = (x) => Math.min(Math.max(Math.round(chart.convertFromPixel({ xAxisIndex: 0 }, x)), 0), days.length - 1);
  const between = (x) => [dayAt(Math.min(started, x)), dayAt(Math.max(started, x))];
  const stop = () => { started = null; band.hidden = true; };

  const showBand = (x) => {
    const [first, last] = between(x);
    const half = (centre(days.length - 1) - centre(0)) / Math.max(days.length - 1, 1) / 2;
    band.hidden = Math.abs(x - started) < CLICK_PIXELS;
    band.style.left = `${centre(first) - half}px`;
    band.style.width = `${centre(last) - centre(first) + 2 * half}px`;
  };

  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || days.length < 2) return;
    started = event.clientX - left();
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => { if (started !== null) showBand(event.clientX - left()); });
  box.addEventListener("pointercancel", stop);
  addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
  box.addEventListener("pointerup", (event) => {
    if (started === null) return;
    const x = event.clientX - left();
    const [first, last] = between(x);
    const moved = Math.abs(x - started) >= CLICK_PIXELS;
    stop();
    if (!moved) return;
    const target = new URL(address, location.href);
    target.searchParams.set("start_date", days[first]);
    target.searchParams.set("end_date", days[last]);
    location.assign(target);
  });
};
