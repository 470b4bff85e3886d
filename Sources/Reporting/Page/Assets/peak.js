import { html } from "./dom.js";
import { categoryNames, stackOrder } from "./categories.js";
import { exactBytes, grouped, inBytes } from "./numbers.js";

/** The peak taken apart: a bar for each category, which opens to one for each kind of tensor. */
export function showPeak(section, { bytes }) {
  const { peak } = bytes;
  const parts = stackOrder.filter((category) => peak[category] > 0);
  const sum = parts.reduce((total, category) => total + peak[category], 0);
  section.querySelector(".chart").append(
    html("p", {},
      "While ", html("strong", { class: "path" }, peak.path), ` was allocated, in the phase `,
      html("strong", {}, peak.phase), `: ${exactBytes(peak.total)}.`),
    ...parts.map((category) => categoryBar(category, peak)),
    html("p", { class: "sum" },
      `${parts.map((category) => grouped(peak[category])).join(" + ")} = `,
      html("strong", { "data-sum": sum }, grouped(sum)), " bytes"));
}

function categoryBar(category, peak) {
  const rows = peak.byPlace
    .filter((place) => place.category === category)
    .sort((one, other) => other.bytes - one.bytes);
  return html("details", { class: "peak-part" },
    html("summary", {},
      html("span", { class: "name" }, categoryNames[category]),
      bar(category, peak[category] / peak.total),
      html("span", { class: "number" }, inBytes(peak[category]))),
    html("div", { class: "scroll" },
      html("table", {},
        html("thead", {}, html("tr", {},
          html("th", {}, "place"), html("th", {}, "tensor"), html("th", { class: "number" }, "tensors"),
          html("th", { class: "number" }, "bytes"), html("th", {}, "share of the peak"))),
        html("tbody", {}, ...rows.map((row) => html("tr", {},
          html("td", { class: "path" }, row.path || "model"), html("td", { class: "path" }, row.role),
          html("td", { class: "number" }, grouped(row.tensors)),
          html("td", { class: "number" }, grouped(row.bytes)),
          html("td", { class: "wide" }, bar(category, row.bytes / peak.total))))))));
}

function bar(category, share) {
  const percent = (100 * share).toFixed(2);
  return html("span", { class: "track" },
    html("span", { class: `bar fill-${category}`, style: `width:${percent}%` }),
    html("span", { class: "percent" }, `${(100 * share).toFixed(1)} %`));
}
