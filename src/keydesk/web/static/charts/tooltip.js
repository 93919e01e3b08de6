// The content of a chart's tooltip: the day, each series with its swatch, and their sum.
import { day } from "./formats.js";

const element = (name, className, ...content) => {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
};

const line = (color, name, value) => [
  element("dt", `series-${color}`, element("span", "swatch"), name),
  element("dd", "number", value),
];

// Names are text, never markup: they come from users.
export const tooltip = (data, shown, format) => (points) => {
  const index = points[0].dataIndex;
  const used = shown.filter((each) => each.values[index]).reverse();
  const lines = used.map((each) => line(each.color, each.name, format(each.values[index])));
  const sum = shown.reduce((total, each) => total + each.values[index], 0);
  const total = used.length === 1 ? [] : [element("dt", "total", data.total), element("dd", "number total", format(sum))];
  const content = element("div", "tooltip", element("strong", "", day(data.days[index])), element("dl", "", ...lines.flat(), ...total));
  content.dir = document.documentElement.dir;
  return content;
};
