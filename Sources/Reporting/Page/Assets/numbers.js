/** An integer, also a BigInt, with commas between groups of three digits. */
export function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** Bytes in the binary unit that leaves them below 1024. */
export function inBytes(number) {
  return scaled(Number(number), 1024, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]);
}

/** FLOPs in the decimal unit that leaves them below 1000. */
export function inFLOPs(number) {
  const units = ["FLOP", "kFLOP", "MFLOP", "GFLOP", "TFLOP", "PFLOP", "EFLOP", "ZFLOP"];
  return scaled(Number(number), 1000, units);
}

function scaled(number, step, units) {
  let unit = 0;
  while (number >= step && unit < units.length - 1) {
    number /= step;
    unit += 1;
  }
  const decimals = unit === 0 || number >= 100 ? 0 : number >= 10 ? 1 : 2;
  return `${number.toFixed(decimals)} ${units[unit]}`;
}

/** Bytes in full, and about. */
export function exactBytes(number) {
  return `${grouped(number)} bytes` + (number >= 1024 ? ` (${inBytes(number)})` : "");
}

/** Round values from 0 up to `most`: a few of them, in steps of 1, 2 or 4 binary units. */
export function byteTicks(most, count) {
  let step = 1;
  while (most / step > count) step *= 2;
  return ticks(most, step);
}

/** The same in steps of 1, 2 or 5 times a power of ten. */
export function decimalTicks(most, count) {
  let step = 10 ** Math.floor(Math.log10(most / count));
  for (const factor of [1, 2, 5, 10]) {
    if (most / (step * factor) <= count) return ticks(most, step * factor);
  }
  return ticks(most, step * 10);
}

function ticks(most, step) {
  const values = [];
  for (let value = 0; value <= most; value += step) values.push(value);
  return values;
}
