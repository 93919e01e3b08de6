// Says while a person types that a budget is more than their account or team can spend.
const compare = () => {
  const warning = document.querySelector("[data-most]");
  const field = document.getElementById("budget");
  if (warning && field) warning.hidden = !(Number(field.value) > Number(warning.dataset.most));
};
document.addEventListener("input", (event) => { if (event.target.id === "budget") compare(); });
document.addEventListener("htmx:after:swap", compare);
compare();
