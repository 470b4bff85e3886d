import { exactValue } from "./polynomial.js";

/** Heads that run side by side, each with a workspace of its own: as many as the formulas assume. */
const strands = 16;

/** Sizes with those that follow from them, and as many positions as a long sequence needs. */
export function allSizes({ relations, start }, sizes) {
  const all = { ...sizes };
  if (relations.includes("f = 4*h")) all.f = 4 * all.h;
  if (relations.includes("g = a")) all.g = all.a;
  if (relations.includes("g = 1")) all.g = 1;
  if (relations.includes("d = h/a")) all.d = all.h / all.a;
  if (start.sizes.T !== undefined) all.T = Math.max(sizes.T ?? start.sizes.T, sizes.s);
  return all;
}

/** The formulas that hold for a setting of all sliders. */
export class ExplorerFormulas {
  constructor(explorer) {
    this.explorer = explorer;
  }

  /** Everything that a rank of a setting has, in exact integers; the peak may be undefined. */
  at(setting) {
    const { saved, peak, flops } = this.explorer;
    const sizes = this.sizes(setting);
    const work = `${setting.attention} ${setting.recompute}`;
    const way = `${setting.precision} ${work}`;
    const sums = this.whyNoPeak(setting) ? undefined : peak[way];
    return {
      parameter: this.#held("parameter", 3, setting, sizes),
      gradient: this.#held("gradient", 2, setting, sizes),
      optimizerState: this.#held("optimizerState", 1, setting, sizes),
      savedForBackward: exactValue(saved[way], sizes),
      peak: sums && largest(sums.map((terms) => exactValue(terms, sizes))),
      forward: exactValue(flops[work].forward, sizes),
      backward: exactValue(flops[work].backward, sizes),
      recompute: exactValue(flops[work].recompute, sizes),
    };
  }

  /** Why a setting has no formula of its peak; undefined where it has one. */
  whyNoPeak({ sizes, precision, attention, recompute, data, zero }) {
    if (zero > 0 && data > 1) {
      return "under ZeRO, weights and gradients are put together for a while";
    }
    if (!this.explorer.peak[`${precision} ${attention} ${recompute}`]) {
      return "in this precision workspaces are made in strips, which is no polynomial";
    }
    if (sizes.a * sizes.b < strands) {
      return `with fewer than ${strands} heads in a batch, attention needs less workspace`;
    }
    return undefined;
  }

  /** All sizes of a setting. */
  sizes(setting) {
    return allSizes(this.explorer, setting.sizes);
  }

  /** Bytes that a replica holds, which from a ZeRO stage on is a share of each tensor, rounded up. */
  #held(quantity, stage, { precision, data, zero }, sizes) {
    const replicas = zero >= stage ? BigInt(data) : 1n;
    return this.explorer.held[precision][quantity].reduce((sum, { width, elements, tensors }) => {
      const count = exactValue(tensors, sizes);
      if (count === 0n) return sum;
      const each = exactValue(elements, sizes) / count;
      return sum + count * ((each + replicas - 1n) / replicas) * BigInt(width);
    }, 0n);
  }
}

function largest(numbers) {
  return numbers.reduce((most, number) => (number > most ? number : most));
}
