/**
 * The exact value of a polynomial at sizes that are integers, as a BigInt.
 *
 * A term has a coefficient such as "34" or "5/2", and the power of each size, which may be negative.
 */
export function exactValue(terms, sizes) {
  let [sum, divisor] = [0n, 1n];
  for (const { coefficient, powers } of terms) {
    let [above, below] = [...coefficient.split("/"), "1"].slice(0, 2).map(BigInt);
    for (const [symbol, power] of Object.entries(powers)) {
      const factor = BigInt(sizes[symbol]) ** BigInt(Math.abs(power));
      if (power > 0) above *= factor;
      else below *= factor;
    }
    sum = sum * below + above * divisor;
    divisor *= below;
  }
  if (sum % divisor !== 0n) throw new RangeError("a formula gives no integer at these sizes");
  return sum / divisor;
}

/** The same to the precision of a plain number, for curves. */
export function value(terms, sizes) {
  return terms.reduce((sum, term) => sum + termValue(term, sizes), 0);
}

function termValue({ coefficient, powers }, sizes) {
  const [above, below] = [...coefficient.split("/"), "1"].map(Number);
  return Object.entries(powers).reduce(
    (product, [symbol, power]) => product * sizes[symbol] ** power, above / below);
}

/** The terms by their degree in a symbol: the constant ones first. Where d = h/a, it grows with h. */
export function byDegree(terms, symbol, relations) {
  const isOfHeads = symbol === "h" && relations.includes("d = h/a");
  const degrees = [];
  for (const term of terms) {
    const degree = (term.powers[symbol] ?? 0) + (isOfHeads ? term.powers.d ?? 0 : 0);
    (degrees[degree] ??= []).push(term);
  }
  return Array.from(degrees, (some) => some ?? []);
}
