import { drawAtEveryWidth, html, svg } from "./dom.js";
import { allSizes } from "./explorer-formulas.js";
import { byteTicks, decimalTicks, exactBytes, grouped, inBytes, inFLOPs } from "./numbers.js";
import { byDegree, value } from "./polynomial.js";

const margin = { left: 64, right: 12, top: 26, bottom: 34 };
const height = 250;
const degreeNames = ["constant", "linear", "quadratic", "cubic"];

/** What can be plotted: terms of a formula, and the measured number that it is to give. */
const quantities = {
  saved: {
    name: "bytes saved for backward", show: inBytes, say: exactBytes,
    terms: ({ saved }, way) => saved[way],
    measured: (run) => run.savedForBackward,
  },
  held: {
    name: "bytes of parameters, gradients and optimizer states", show: inBytes, say: exactBytes,
    terms: ({ held }, _, { precision }) => Object.values(held[precision]).flat().flatMap(
      ({ width, elements }) => elements.map(
        (term) => ({ ...term, coefficient: timesWidth(term.coefficient, width) }))),
    measured: (run) => run.parameter + run.gradient + run.optimizerState,
  },
  forward: {
    name: "FLOPs of the forward pass", show: inFLOPs, say: (number) => `${grouped(number)} FLOPs`,
    terms: ({ flops }, _, { attention, recompute }) => flops[`${attention} ${recompute}`].forward,
    measured: (run) => run.forward,
  },
};

function timesWidth(coefficient, width) {
  const [above, below] = coefficient.split("/");
  return String(BigInt(above) * BigInt(width)) + (below ? `/${below}` : "");
}

/** Curves along each size: what grows with it in which power, and runs on top of them. */
export class Scaling {
  constructor(section, data) {
    this.explorer = data.explorer;
    this.charts = section.querySelector(".charts");
    const list = section.querySelector("select");
    list.append(...Object.entries(quantities).map(
      ([key, { name }]) => html("option", { value: key }, name)));
    list.addEventListener("change", () => this.#show(list.value));
    this.figures = this.explorer.lines.map(({ symbol, points }) => {
      const root = svg("svg", { class: "curve", role: "img" });
      const readout = html("p", { class: "quiet" });
      this.charts.append(html("figure", {}, root, readout));
      return { symbol, points, root, readout };
    });
    this.key = list.value;
    for (const figure of this.figures) {
      drawAtEveryWidth(figure.root, (width) => {
        figure.width = width;
        this.#draw(figure);
      });
    }
  }

  #show(key) {
    this.key = key;
    for (const figure of this.figures) this.#draw(figure);
  }

  #draw({ symbol, points, root, readout, width }) {
    const quantity = quantities[this.key];
    const { start } = this.explorer;
    const way = `${start.precision} ${start.attention} ${start.recompute}`;
    const degrees = byDegree(
      quantity.terms(this.explorer, way, start), symbol, this.explorer.relations);
    const sizes = (size) => allSizes(this.explorer, { ...start.sizes, [symbol]: size });
    const last = points[points.length - 1].setting.sizes[symbol] * 1.06;
    const highest = degrees.reduce((sum, terms) => sum + value(terms, sizes(last)), 0);
    const x = (size) => margin.left + (size / last) * (width - margin.left - margin.right);
    const y = (number) =>
      height - margin.bottom - (number / highest) * (height - margin.top - margin.bottom);
    root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    root.setAttribute("height", height);
    root.setAttribute("aria-label", `${quantity.name} over ${symbol}`);
    root.replaceChildren(
      ...axes(symbol, quantity, last, highest, width, x, y),
      ...bands(degrees, sizes, last, x, y),
      ...points.map(({ setting, measured }) => dot(
        x(setting.sizes[symbol]), y(quantity.measured(measured)),
        `measured at ${symbol} = ${grouped(setting.sizes[symbol])}: `
          + quantity.say(quantity.measured(measured)))));
    const own = start.sizes[symbol];
    const parts = degrees.map((terms, degree) => [degreeNames[degree], value(terms, sizes(own))]);
    const sum = parts.reduce((total, [, number]) => total + number, 0);
    readout.textContent = `At ${symbol} = ${grouped(own)}: ` + parts
      .filter(([, number]) => number / sum >= 0.0005)
      .map(([name, number]) => `${((100 * number) / sum).toFixed(1)} % ${name}`).join(", ") + ".";
  }
}

function axes(symbol, { show }, last, highest, width, x, y) {
  const numbers = (show === inBytes ? byteTicks : decimalTicks)(highest, 6);
  return [
    svg("g", { class: "grid" }, ...numbers.flatMap((number) => [
      svg("line", { x1: margin.left, x2: width - margin.right, y1: y(number), y2: y(number) }),
      svg("text", { x: margin.left - 6, y: y(number) + 4, "text-anchor": "end" }, show(number)),
    ])),
    ...decimalTicks(last, 5).map((size) => svg("text", {
      x: x(size), y: height - margin.bottom + 18, "text-anchor": "middle",
    }, grouped(size))),
    svg("text", { class: "symbol", x: margin.left, y: 14 }, `along ${symbol}`),
  ];
}

/** A band for each degree, the lowest below. */
function bands(degrees, sizes, last, x, y) {
  const places = Array.from({ length: 61 }, (_, index) => (last * index) / 60);
  const floors = places.map(() => 0);
  return degrees.map((terms, degree) => {
    const below = places.map((size, index) => `${x(size)} ${y(floors[index])}`).reverse();
    places.forEach((size, index) => (floors[index] += value(terms, sizes(size))));
    const above = places.map((size, index) => `${x(size)} ${y(floors[index])}`);
    return svg("path", { class: `degree-${degree}`, d: `M${[...above, ...below].join("L")}Z` });
  });
}

function dot(x, y, words) {
  return svg("circle", { class: "measured", cx: x, cy: y, r: 4 }, svg("title", {}, words));
}
