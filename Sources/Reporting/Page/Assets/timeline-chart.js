import { svg } from "./dom.js";
import { byteTicks, inBytes } from "./numbers.js";

const margin = { left: 66, right: 8, top: 22, bottom: 22 };
const height = 360;

/** Draws the part of a timeline that is in view. */
export class TimelineChart {
  constructor(root, model) {
    this.root = root;
    this.model = model;
    this.view = { from: 0, to: model.endOfStep };
    this.layers = Object.fromEntries(
      ["grid", "areas", "edges", "marks", "cursor"].map((name) => [name, svg("g", { class: name })]));
    root.append(...Object.values(this.layers));
  }

  /** Draws everything for a width in pixels. */
  draw(width) {
    this.width = width;
    this.root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.root.setAttribute("height", height);
    this.columns = this.model.columns(this.view.from, this.view.to, width - margin.left);
    this.most = Math.max(...this.columns.map((column) => this.model.total(column.moment))) * 1.04;
    this.#drawGrid();
    this.#drawAreas();
    this.#drawEdges();
    this.#drawMarks();
    this.layers.cursor.replaceChildren();
  }

  x(moment) {
    const share = (moment - this.view.from) / (this.view.to - this.view.from);
    return margin.left + share * (this.width - margin.left - margin.right);
  }

  y(bytes) {
    return height - margin.bottom - (bytes / this.most) * (height - margin.top - margin.bottom);
  }

  momentAt(x) {
    const share = (x - margin.left) / (this.width - margin.left - margin.right);
    const moment = this.view.from + share * (this.view.to - this.view.from);
    return Math.min(this.view.to - 1, Math.max(this.view.from, Math.floor(moment)));
  }

  bytesAt(y) {
    return ((height - margin.bottom - y) / (height - margin.top - margin.bottom)) * this.most;
  }

  #drawGrid() {
    this.layers.grid.replaceChildren(
      ...byteTicks(this.most, 8).flatMap((bytes) => [
        svg("line", {
          x1: margin.left, x2: this.width - margin.right, y1: this.y(bytes), y2: this.y(bytes),
        }),
        svg("text", { x: margin.left - 6, y: this.y(bytes) + 4, "text-anchor": "end" },
          inBytes(bytes)),
      ]));
  }

  #drawAreas() {
    const floors = this.columns.map(() => 0);
    this.layers.areas.replaceChildren(
      ...this.model.categories.map((category) => {
        const below = this.#edge(floors).reverse();
        this.columns.forEach((column, index) => {
          floors[index] += this.model.totals[category][column.moment];
        });
        const points = [...this.#edge(floors), ...below];
        return svg("path", { class: `fill-${category}`, d: `M${points.join("L")}Z` });
      }));
  }

  /** The corners of a line of steps. */
  #edge(heights) {
    return this.columns.flatMap((column, index) => {
      const y = this.y(heights[index]).toFixed(1);
      return [`${this.x(column.from).toFixed(1)} ${y}`, `${this.x(column.to).toFixed(1)} ${y}`];
    });
  }

  /** The columns in which a tensor is alive, from one up to another. */
  #columnsOf(tensor) {
    const firstFrom = (moment) => {
      let [low, high] = [0, this.columns.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.columns[middle].moment < moment) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    return [firstFrom(tensor.from), firstFrom(tensor.to)];
  }

  /** A thin line on top of every tensor that is high enough to be told from its neighbours. */
  #drawEdges() {
    const least = this.most / 110;
    const tops = this.columns.map(() => 0);
    const lines = [];
    for (const tensor of this.model.tensors) {
      const [first, last] = this.#columnsOf(tensor);
      let start = first;
      for (let column = first; column < last; column += 1) {
        tops[column] += tensor.bytes;
        const isLast = column + 1 === last || tops[column + 1] + tensor.bytes !== tops[column];
        if (tensor.bytes < least || !isLast) continue;
        const [left, right] = [this.columns[start].from, this.columns[column].to];
        lines.push(`M${this.x(left).toFixed(1)} ${this.y(tops[column]).toFixed(1)}`
          + `H${this.x(right).toFixed(1)}`);
        start = column + 1;
      }
    }
    this.layers.edges.replaceChildren(svg("path", { d: lines.join("") }));
  }

  /** The phases, and the peak. */
  #drawMarks() {
    const { phases, peak } = this.model.data;
    const inView = phases.filter(({ from, to }) => to > this.view.from && from < this.view.to);
    const marks = inView.flatMap(({ name, from, to }) => {
      const [left, right] = [Math.max(from, this.view.from), Math.min(to, this.view.to)].map(
        (moment) => this.x(moment));
      const label = svg("text", { x: (left + right) / 2, y: height - 6, "text-anchor": "middle" });
      if (right - left > 7 * name.length) label.append(name);
      return [svg("line", { x1: left, x2: left, y1: margin.top, y2: height - 4 }), label];
    });
    if (peak >= this.view.from && peak < this.view.to) marks.push(this.#peakMark(peak));
    this.layers.marks.replaceChildren(...marks);
  }

  #peakMark(peak) {
    const [x, y] = [this.x(peak + 0.5), this.y(this.model.highest)];
    const isRight = x > this.width / 2;
    return svg("g", { class: "peak" },
      svg("path", { d: `M${x} ${y - 2}l-5 -8h10Z` }),
      svg("text", { x: x + (isRight ? -9 : 9), y: y - 4, "text-anchor": isRight ? "end" : "start" },
        `peak ${inBytes(this.model.highest)}`));
  }

  /** Marks a moment, and a tensor through all of its life. */
  point(moment, tensor) {
    const x = this.x(moment + 0.5);
    const marks = [svg("line", { x1: x, x2: x, y1: margin.top, y2: height - margin.bottom })];
    if (tensor) marks.unshift(svg("path", { d: this.#outline(tensor) }));
    this.layers.cursor.replaceChildren(...marks);
  }

  #outline(tensor) {
    const changes = new Array(this.columns.length + 1).fill(0);
    for (const other of this.model.tensors) {
      if (other === tensor) break;
      const [first, last] = this.#columnsOf(other);
      changes[first] += other.bytes;
      changes[last] -= other.bytes;
    }
    const [first, last] = this.#columnsOf(tensor);
    let floor = 0;
    return this.columns.slice(0, last).map((column, index) => {
      floor += changes[index];
      if (index < first) return "";
      const [left, right] = [this.x(column.from), this.x(column.to)];
      return `M${left} ${this.y(floor)}V${this.y(floor + tensor.bytes)}H${right}V${this.y(floor)}Z`;
    }).join("");
  }

  /** Marks a stretch that is about to be zoomed into. */
  select(from, to) {
    const [left, right] = [this.x(from), this.x(to)].sort((one, other) => one - other);
    this.layers.cursor.replaceChildren(
      svg("rect", {
        x: left, width: right - left, y: margin.top, height: height - margin.top - margin.bottom,
      }));
  }
}
