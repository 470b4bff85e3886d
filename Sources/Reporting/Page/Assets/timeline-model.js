import { stackOrder } from "./categories.js";

/** What was alive at each moment of a run, and in which order it is stacked. */
export class TimelineModel {
  constructor(data) {
    this.data = data;
    this.moments = data.moments.length;
    this.tensors = data.tensors
      .map(([number, path, category, bytes, from, to]) => ({
        number, path: data.paths[path], category: data.categories[category], bytes, from, to,
      }));
    const place = (tensor) => stackOrder.indexOf(tensor.category);
    this.tensors.sort((one, other) => place(one) - place(other) || one.number - other.number);
    this.totals = Object.fromEntries(
      stackOrder.map((category) => [category, this.#totalsOf(category)]));
    this.categories = stackOrder.filter((category) => this.totals[category].some((sum) => sum > 0));
    this.sums = data.moments.map((_, moment) =>
      stackOrder.reduce((sum, category) => sum + this.totals[category][moment], 0));
    this.highest = this.total(data.peak);
    const end = data.phases.find((phase) => phase.name === "end");
    /** Where the step ends, after which everything is given back. */
    this.endOfStep = end ? end.from : this.moments;
  }

  /** Bytes alive of a category at each moment. */
  #totalsOf(category) {
    const changes = new Array(this.moments + 1).fill(0);
    for (const tensor of this.tensors) {
      if (tensor.category !== category) continue;
      changes[tensor.from] += tensor.bytes;
      changes[tensor.to] -= tensor.bytes;
    }
    let sum = 0;
    return changes.slice(0, this.moments).map((change) => (sum += change));
  }

  /** Bytes alive at a moment. */
  total(moment) {
    return this.sums[moment];
  }

  /** The tensors alive at a moment, in the order of the stack. */
  aliveAt(moment) {
    return this.tensors.filter((tensor) => tensor.from <= moment && moment < tensor.to);
  }

  /** The tensor at a height of the stack; undefined above it. */
  tensorAt(moment, height) {
    let sum = 0;
    return this.aliveAt(moment).find((tensor) => (sum += tensor.bytes) > height);
  }

  /** The phase that is under way at a moment. */
  phaseAt(moment) {
    return this.data.phases.find((phase) => phase.from <= moment && moment < phase.to).name;
  }

  /** Columns between two moments, no more than `most`: each shows its highest moment. */
  columns(from, to, most) {
    const width = Math.max(1, (to - from) / most);
    const columns = [];
    for (let start = from; start < to; start += width) {
      const [first, last] = [Math.floor(start), Math.min(to, Math.floor(start + width))];
      let moment = first;
      for (let other = first; other < last; other += 1) {
        if (this.total(other) > this.total(moment)) moment = other;
      }
      columns.push({ from: first, to: last, moment });
    }
    return columns;
  }
}
