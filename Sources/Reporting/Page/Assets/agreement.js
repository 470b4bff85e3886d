import { html } from "./dom.js";
import { ExplorerFormulas } from "./explorer-formulas.js";
import { grouped } from "./numbers.js";

const columns = [
  ["parameter", "parameters"], ["gradient", "gradients"], ["optimizerState", "optimizer states"],
  ["savedForBackward", "saved"], ["peak", "peak"], ["forward", "forward FLOPs"],
  ["backward", "backward FLOPs"], ["recompute", "recomputed FLOPs"],
];

/** Holds the formulas to runs that they were not made from, here in the page. */
export function showAgreement(section, { explorer }) {
  const formulas = new ExplorerFormulas(explorer);
  const points = [...explorer.points, ...explorer.lines.flatMap((line) => line.points)];
  const checks = points.map((point) => check(formulas, point));
  const compared = checks.flatMap((row) => row.cells).filter((cell) => cell.formula !== undefined);
  const equal = compared.filter((cell) => cell.formula === cell.measured);
  section.querySelector(".agreement").append(
    html("p", { "data-compared": compared.length, "data-equal": equal.length },
      html("strong", {}, `${equal.length} of ${compared.length} numbers are equal`),
      `: what the formulas give, computed here in exact integers, and what ${points.length} runs have.`),
    html("details", {}, html("summary", {}, "run by run"),
      html("div", { class: "scroll" }, html("table", {},
        html("thead", {}, html("tr", {}, html("th", {}, "run"),
          ...columns.map(([, name]) => html("th", { class: "number" }, name)))),
        html("tbody", {}, ...checks.map(row))))));
}

function check(formulas, { setting, measured }) {
  const computed = formulas.at(setting);
  const cells = columns.map(([quantity]) =>
    ({ formula: computed[quantity], measured: BigInt(measured[quantity]) }));
  return { setting, cells };
}

function row({ setting, cells }) {
  const sizes = Object.entries(setting.sizes).map(([symbol, size]) => `${symbol} = ${grouped(size)}`);
  const ranks = setting.data > 1 ? [`N = ${setting.data}`, `ZeRO ${setting.zero}`] : [];
  const words = [...sizes, setting.precision, setting.attention,
    `recompute ${setting.recompute}`, ...ranks];
  return html("tr", {}, html("td", { class: "wide" }, words.join(", ")),
    ...cells.map(({ formula, measured }) => html("td", { class: "number" }, grouped(measured),
      html("small", {}, formula === undefined ? "no formula"
        : formula === measured ? "✓ equal" : `✗ ${grouped(formula)}`))));
}
