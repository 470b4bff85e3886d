import { html } from "./dom.js";
import { choiceControl, sizeControl, steps } from "./explorer-controls.js";
import { ExplorerFormulas } from "./explorer-formulas.js";
import { exactBytes, grouped, inBytes, inFLOPs } from "./numbers.js";

const most = { b: 512, s: 131072, h: 32768, l: 160, a: 256, V: 262144, f: 131072, g: 256, d: 512 };
const bars = [
  ["parameter", "parameters", "parameter"],
  ["optimizerState", "optimizer states", "optimizerState"],
  ["gradient", "gradients", "gradient"],
  ["savedForBackward", "saved for backward", "activation"],
];
const zeroStages = [
  [0, "0: nothing"], [1, "1: optimizer states"], [2, "2: gradients, too"], [3, "3: parameters, too"],
];

/** Sliders for everything that a formula depends on, and bars that follow them at once. */
export class Explorer {
  constructor(section, data) {
    this.explorer = data.explorer;
    this.formulas = new ExplorerFormulas(this.explorer);
    this.#begin();
    this.controls = section.querySelector(".controls");
    this.results = section.querySelector(".results");
    this.note = section.querySelector(".note");
    this.#addControls(data.model.name);
    this.show();
  }

  #addControls(name) {
    const { sizes, choices } = this.explorer;
    this.sizeControls = Object.fromEntries(sizes.map(({ symbol, meaning, value }) => [
      symbol,
      sizeControl(symbol, meaning, steps(most[symbol], value), value, (number) => {
        this.setting.sizes[symbol] = number;
        this.wanted[symbol] = number;
        this.#keepRelations();
        this.show();
      }),
    ]));
    const replicas = sizeControl("N", "data-parallel ranks", steps(1024, 1), 1, (number) => {
      this.setting.data = number;
      this.show();
    });
    const choice = (field, label, list) => choiceControl(
      field, label, list, this.setting[field], (value) => {
        this.setting[field] = value;
        this.show();
      });
    const plain = (list) => list.map((value) => [value, value]);
    this.choiceControls = [
      choice("precision", "precision", plain(choices.precision)),
      choice("attention", "attention", plain(choices.attention)),
      choice("recompute", "recompute", plain(choices.recompute)),
      choice("zero", "ZeRO divides", zeroStages),
    ];
    this.replicas = replicas;
    this.controls.append(
      ...Object.values(this.sizeControls).map((control) => control.row), replicas.row,
      ...this.choiceControls.map((control) => control.row),
      html("button", { type: "button", onclick: () => this.#reset() }, `back to ${name}`));
  }

  /** As many heads as were asked for, or the next fewer that divide what they have to divide. */
  #keepRelations() {
    const { sizes } = this.setting;
    const fit = (symbol, whole) => {
      if (sizes[symbol] === undefined) return;
      sizes[symbol] = largestDivisor(whole, this.wanted[symbol]);
      this.sizeControls[symbol].show(sizes[symbol]);
    };
    if (this.explorer.relations.includes("d = h/a")) fit("a", sizes.h);
    fit("g", sizes.a);
  }

  #begin() {
    this.setting = structuredClone(this.explorer.start);
    delete this.setting.sizes.T;
    this.wanted = { ...this.setting.sizes };
  }

  #reset() {
    this.#begin();
    for (const [symbol, control] of Object.entries(this.sizeControls)) {
      control.show(this.setting.sizes[symbol]);
    }
    this.replicas.show(1);
    const { precision, attention, recompute, zero } = this.setting;
    [precision, attention, recompute, zero].forEach(
      (value, index) => this.choiceControls[index].show(value));
    this.show();
  }

  /** Computes everything anew, and shows it. */
  show() {
    const result = this.formulas.at(this.setting);
    const total = bars.reduce((sum, [quantity]) => sum + result[quantity], 0n);
    const scale = result.peak !== undefined && result.peak > total ? result.peak : total;
    this.results.replaceChildren(
      ...bars.map(([quantity, name, category]) =>
        bar(quantity, name, category, result[quantity], scale)),
      bar("sum", "all four", "neutral", total, scale),
      result.peak === undefined
        ? html("p", { class: "quiet", "data-result": "peak" }, "peak of the step: no formula, for ",
          `${this.formulas.whyNoPeak(this.setting)}; assay measure --dry has it`)
        : bar("peak", "peak of the step", "temporary", result.peak, scale),
      html("dl", { class: "flops" }, ...["forward", "backward", "recompute"].flatMap((pass) => [
        html("dt", {}, `${pass}, matrix products`),
        html("dd", { "data-result": pass, "data-value": result[pass] },
          `${grouped(result[pass])} FLOPs`, html("small", {}, inFLOPs(result[pass])))])));
    const { T } = this.formulas.sizes(this.setting);
    const relations = this.explorer.relations.map((relation) => relation.replace("*", "·"));
    this.note.textContent = [...relations, ...(T ? [`T = ${grouped(T)}`] : [])].join(", ");
  }
}

function largestDivisor(number, most) {
  let divisor = Math.min(number, most);
  while (number % divisor !== 0) divisor -= 1;
  return divisor;
}

function bar(quantity, name, category, bytes, scale) {
  const share = scale > 0n ? Number((bytes * 100000n) / scale) / 1000 : 0;
  return html("div", { class: "result", "data-result": quantity, "data-value": bytes },
    html("span", { class: "name" }, name),
    html("span", { class: "track" },
      html("span", { class: `bar fill-${category}`, style: `width:${share}%` })),
    html("span", { class: "number", title: exactBytes(bytes) }, inBytes(bytes),
      html("small", {}, `${grouped(bytes)} bytes`)));
}
