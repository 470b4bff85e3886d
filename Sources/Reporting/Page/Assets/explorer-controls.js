import { html } from "./dom.js";

/** Values that a slider steps through: from 1 up, ever more coarsely, with `own` among them. */
export function steps(most, own) {
  const values = new Set([own]);
  for (let step = 1; step <= most; step *= 2) {
    for (const factor of [1, 1.25, 1.5, 1.75]) {
      if (Number.isInteger(step * factor) && step * factor <= most) values.add(step * factor);
    }
  }
  return [...values].sort((one, other) => one - other);
}

/** A slider beside a field that takes any number; both call `changed` with a positive integer. */
export function sizeControl(symbol, meaning, values, value, changed) {
  const nearest = (number) => values.reduce((best, candidate, index) =>
    Math.abs(candidate - number) < Math.abs(values[best] - number) ? index : best, 0);
  const slider = html("input", {
    type: "range", min: 0, max: values.length - 1, step: 1, value: nearest(value),
    "aria-label": `${symbol}, ${meaning}`, "data-size": symbol,
    oninput: () => set(values[slider.valueAsNumber]),
  });
  const field = html("input", {
    type: "number", min: 1, step: 1, value, "aria-label": `${symbol}, exactly`, "data-exact": symbol,
    oninput: () => Number.isInteger(field.valueAsNumber) && field.valueAsNumber > 0
      && set(field.valueAsNumber),
  });
  const show = (number) => {
    slider.value = nearest(number);
    slider.setAttribute("aria-valuetext", number);
    if (field.valueAsNumber !== number) field.value = number;
  };
  const set = (number) => {
    show(number);
    changed(number);
  };
  show(value);
  const row = html("div", { class: "control" },
    html("span", { class: "symbol" }, symbol), html("span", { class: "meaning" }, meaning),
    slider, field);
  return { row, show };
}

/** A list of choices; calls `changed` with the one that is taken. */
export function choiceControl(name, label, choices, value, changed) {
  const list = html("select", {
    "data-choice": name, onchange: () => changed(choices[list.selectedIndex][0]),
  }, ...choices.map(([choice, words]) => html("option", { value: choice }, words)));
  const show = (choice) => (list.value = String(choice));
  show(value);
  return { row: html("label", { class: "control choice" }, html("span", {}, label), list), show };
}
