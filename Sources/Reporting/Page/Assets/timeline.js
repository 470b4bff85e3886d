import { drawAtEveryWidth, html } from "./dom.js";
import { categoryNames } from "./categories.js";
import { exactBytes, grouped } from "./numbers.js";
import { TimelineChart } from "./timeline-chart.js";
import { TimelineModel } from "./timeline-model.js";

const fewestMoments = 8;

/** The memory of a run over time: zoomed by dragging, explored by pointer and keys. */
export class Timeline {
  constructor(section, data) {
    this.model = new TimelineModel(data.timeline);
    this.root = section.querySelector("svg");
    this.readout = section.querySelector(".readout");
    this.chart = new TimelineChart(this.root, this.model);
    this.moment = data.timeline.peak;
    this.#addLegend(section.querySelector(".legend"));
    this.#addButtons(section.querySelector(".toolbar"));
    this.#listen();
    drawAtEveryWidth(this.root, (width) => this.chart.draw(width));
    this.#describe(this.moment);
    section.querySelector(".summary").textContent = this.#summary();
  }

  /** What is left out of a long run. */
  #summary() {
    const { events, moments, unseen } = this.model.data;
    if (moments.length === events) return "";
    return `Of ${grouped(events)} events ${grouped(moments.length)} are shown: of each few that `
      + `follow each other the one after which most is alive. All totals are exact`
      + (unseen > 0 ? `; ${grouped(unseen)} tensors that live in between are left out.` : ".");
  }

  #addLegend(list) {
    list.append(...this.model.categories.map((category) =>
      html("li", {}, html("span", { class: `swatch fill-${category}` }), categoryNames[category])));
  }

  #addButtons(toolbar) {
    const button = (name, action) =>
      toolbar.append(html("button", { type: "button", onclick: action }, name));
    button("whole step", () => this.show(0, this.model.endOfStep));
    for (const { name, from, to } of this.model.data.phases) button(name, () => this.show(from, to));
    button("zoom in", () => this.zoom(0.5));
    button("zoom out", () => this.zoom(2));
    button("go to the peak", () => this.goTo(this.model.data.peak));
  }

  /** Shows the moments from one up to another. */
  show(from, to) {
    const width = Math.min(this.model.moments, Math.max(fewestMoments, Math.round(to - from)));
    const start = Math.round(Math.min(this.model.moments - width, Math.max(0, from)));
    this.chart.view = { from: start, to: start + width };
    this.chart.draw(this.chart.width);
    if (this.moment < start || this.moment >= start + width) this.moment = start;
    this.#describe(this.moment);
  }

  /** Shows so many times as much, around the moment that is pointed at. */
  zoom(factor) {
    const { from, to } = this.chart.view;
    const share = (this.moment - from) / (to - from);
    const width = (to - from) * factor;
    this.show(this.moment - share * width, this.moment + (1 - share) * width);
  }

  /** Points at a moment, and at a tensor if there is one given. */
  goTo(moment, tensor) {
    this.moment = Math.min(this.model.moments - 1, Math.max(0, moment));
    const { from, to } = this.chart.view;
    if (this.moment < from || this.moment >= to) {
      this.show(this.moment - (to - from) / 2, this.moment + (to - from) / 2);
    }
    this.chart.point(this.moment, tensor);
    this.#describe(this.moment, tensor);
  }

  #listen() {
    let start;
    const place = (event) => {
      const box = this.root.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top];
      return { moment: this.chart.momentAt(x), height: this.chart.bytesAt(y) };
    };
    this.root.addEventListener("pointerdown", (event) => {
      start = place(event).moment;
      this.root.setPointerCapture(event.pointerId);
    });
    this.root.addEventListener("pointermove", (event) => {
      const { moment, height } = place(event);
      if (start !== undefined && moment !== start) this.chart.select(start, moment);
      else this.goTo(moment, this.model.tensorAt(moment, height));
    });
    this.root.addEventListener("pointerup", (event) => {
      const { moment } = place(event);
      if (start !== undefined && Math.abs(moment - start) > 1) {
        this.show(Math.min(start, moment), Math.max(start, moment) + 1);
      }
      start = undefined;
    });
    this.root.addEventListener("pointercancel", () => (start = undefined));
    this.root.addEventListener("dblclick", () => this.show(0, this.model.endOfStep));
    this.root.addEventListener("keydown", (event) => this.#press(event));
  }

  #press(event) {
    const leap = event.shiftKey
      ? Math.max(1, Math.round((this.chart.view.to - this.chart.view.from) / 20)) : 1;
    const actions = {
      ArrowLeft: () => this.goTo(this.moment - leap, this.tensor),
      ArrowRight: () => this.goTo(this.moment + leap, this.tensor),
      ArrowUp: () => this.#climb(1),
      ArrowDown: () => this.#climb(-1),
      Home: () => this.goTo(this.chart.view.from),
      End: () => this.goTo(this.chart.view.to - 1),
      Escape: () => this.show(0, this.model.endOfStep),
      "+": () => this.zoom(0.5),
      "=": () => this.zoom(0.5),
      "-": () => this.zoom(2),
      p: () => this.goTo(this.model.data.peak),
    };
    if (!actions[event.key] || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    actions[event.key]();
  }

  /** Goes to the tensor above or below in the stack. */
  #climb(step) {
    const alive = this.model.aliveAt(this.moment);
    const place = alive.indexOf(this.tensor);
    const next = place < 0 ? (step > 0 ? 0 : alive.length - 1) : place + step;
    this.goTo(this.moment, alive[Math.min(alive.length - 1, Math.max(0, next))]);
  }

  #describe(moment, tensor) {
    this.tensor = tensor && tensor.from <= moment && moment < tensor.to ? tensor : undefined;
    const { moments, peak } = this.model.data;
    const parts = this.model.categories
      .filter((category) => this.model.totals[category][moment] > 0)
      .map((category) => `${categoryNames[category]} ${grouped(this.model.totals[category][moment])}`);
    const state = `${this.model.phaseAt(moment)}, after event ${grouped(moments[moment])}`
      + (moment === peak ? " (the peak)" : "") + `: ${exactBytes(this.model.total(moment))} alive`;
    this.readout.replaceChildren(
      html("p", {}, html("strong", {}, state), ` = ${parts.join(" + ")}`),
      html("p", {}, ...this.#words(this.tensor)));
  }

  #words(tensor) {
    if (!tensor) return ["Point at the chart, or focus it and press ↑ or ↓, to name a tensor."];
    const { moments } = this.model.data;
    const last = tensor.to < moments.length ? `event ${grouped(moments[tensor.to])}` : "the end";
    return [
      html("span", { class: `swatch fill-${tensor.category}` }),
      html("strong", { class: "path" }, tensor.path),
      `: ${exactBytes(tensor.bytes)}, ${categoryNames[tensor.category]}, alive from event `
        + `${grouped(moments[tensor.from])} (${this.model.phaseAt(tensor.from)}) to ${last}`,
    ];
  }
}
