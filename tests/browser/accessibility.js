// Finds what breaks the basic rules of WCAG on the page at hand. Returns one sentence a fault, [] for none.
// Knows plain colours only: no gradients, no images behind text, no opacity.
() => {
  const faults = [];
  const fault = (rule, element, more = "") => faults.push(
    `${rule}: <${element.localName}> ${(element.id || element.className.baseVal || element.className || "")} `
    + `"${(element.textContent || element.value || "").trim().replace(/\s+/g, " ").slice(0, 40)}" ${more}`);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true });

  // Structure
  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title) faults.push("no title");
  const ofThePage = all("h1").filter((element) => !element.closest("dialog"));
  if (ofThePage.length !== 1) faults.push(`${ofThePage.length} first headings`);
  if (all("main").length !== 1) faults.push(`${all("main").length} main parts`);
  const ids = all("[id]").map((element) => element.id);
  ids.filter((id, place) => ids.indexOf(id) !== place).forEach((id) => faults.push(`id twice: ${id}`));
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6").filter((element) => !element.closest("dialog"))) {
    const own = Number(heading.localName[1]);
    if (own > level + 1 && level) fault("heading skips a level", heading);
    level = own;
  }

  // Names
  const named = (element) => element.ariaLabel || element.textContent.trim();
  all("img:not([alt])").forEach((element) => fault("image without alternative", element));
  all("svg[role=img]:not([aria-label])").forEach((element) => fault("drawing without name", element));
  all("meter:not([aria-label])").forEach((element) => fault("gauge without name", element));
  all("button, a[href], summary").filter((element) => !named(element))
    .forEach((element) => fault("no name", element));
  all("input:not([type=hidden]), select, textarea")
    .filter((element) => ![...element.labels].some((label) => label.textContent.trim()))
    .forEach((element) => fault("no label", element));
  all("[aria-describedby]")
    .filter((element) => element.getAttribute("aria-describedby").split(/\s+/).some((id) => !document.getElementById(id)))
    .forEach((element) => fault("description is missing", element));
  all("fieldset").filter((element) => element.firstElementChild?.localName !== "legend")
    .forEach((element) => fault("group without legend", element));
  all("th").filter((element) => !element.scope).forEach((element) => fault("heading of nothing", element));

  // Targets of at least 24 by 24 pixels, or the label of a box to tick
  for (const element of all("button, a[href], input:not([type=hidden]), select, summary").filter(shown)) {
    if (element.classList.contains("skip")) continue;
    const target = (element.type === "checkbox" && element.labels[0]) || element;
    const { width, height } = target.getBoundingClientRect();
    if (width < 24 || height < 24) fault("target too small", element, `${width} x ${height}`);
  }

  // Contrast
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = parts(colour).slice(0, 3).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const enough = (rule, element, colour, ground, least) => {
    const found = contrast(colour, ground);
    if (found < least) fault(rule, element, `${colour} on ${ground} is ${found.toFixed(2)}`);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !shown(element) || element.closest("option, title")) continue;
    const style = getComputedStyle(element);
    enough("contrast", element, element.closest("svg") ? style.fill : style.color, behind(element), 4.5);
    count += 1;
  }
  if (count < 5) faults.push(`only ${count} texts were looked at`);
  for (const element of all("input:not([type=hidden]), select").filter(shown)) {
    const style = getComputedStyle(element);
    enough("contrast of what is typed", element, style.color, behind(element), 4.5);
    enough("contrast of the hint", element, getComputedStyle(element, "::placeholder").color, behind(element), 4.5);
    if (element.type !== "checkbox") {
      enough("contrast of the border", element, style.borderTopColor, behind(element.parentElement), 3);
    }
  }

  // Width: the page never scrolls sideways
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > window.innerWidth) faults.push(`the page is ${scrollWidth} wide in a window of ${window.innerWidth}`);
  return faults;
}
