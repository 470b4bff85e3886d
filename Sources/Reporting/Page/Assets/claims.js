import { grouped } from "./numbers.js";

/** Shows the claims that have what is searched for, are of the document, and have a chosen verdict. */
export function filterClaims(section) {
  const rows = [...section.querySelectorAll("tbody tr[data-verdict]")].map((row) => ({
    row, text: row.textContent.toLowerCase(),
  }));
  const search = section.querySelector("#claims-search");
  const documents = section.querySelector("#claims-document");
  const chips = [...section.querySelectorAll("button[data-verdict]")];
  const count = section.querySelector("#claims-count");
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = new Set(
      chips.filter((chip) => chip.getAttribute("aria-pressed") === "true")
        .map((chip) => chip.dataset.verdict));
    let shown = 0;
    for (const { row, text } of rows) {
      const isShown = verdicts.has(row.dataset.verdict)
        && (documents.value === "" || documents.value === row.dataset.document)
        && words.every((word) => text.includes(word));
      row.hidden = !isShown;
      shown += isShown ? 1 : 0;
    }
    count.textContent = `${grouped(shown)} of ${grouped(rows.length)} claims`;
  };
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      show();
    });
  }
  search.addEventListener("input", show);
  documents.addEventListener("change", show);
  show();
}
