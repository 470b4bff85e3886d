import { Explorer } from "./explorer.js";
import { Icicle } from "./icicle.js";
import { Scaling } from "./scaling.js";
import { Timeline } from "./timeline.js";
import { filterClaims } from "./claims.js";
import { showAgreement } from "./agreement.js";
import { showPeak } from "./peak.js";

const data = JSON.parse(document.getElementById("data").textContent);
const parts = {
  timeline: (section) => new Timeline(section, data),
  peak: (section) => showPeak(section, data),
  saved: (section) => new Icicle(section, data),
  claims: (section) => filterClaims(section),
  scaling: (section) => new Scaling(section, data),
  explorer: (section) => {
    new Explorer(section, data);
    showAgreement(section, data);
  },
};
for (const [id, show] of Object.entries(parts)) {
  const section = document.getElementById(id);
  if (section) show(section);
}
