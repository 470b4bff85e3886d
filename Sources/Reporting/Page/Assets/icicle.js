import { drawAtEveryWidth, html, svg } from "./dom.js";
import { savedTree, trail } from "./icicle-tree.js";
import { exactBytes } from "./numbers.js";

const rowHeight = 40;
const narrowest = 0.6;

/** Saved tensors as an icicle: model above, then blocks, their parts, and tensors below. */
export class Icicle {
  constructor(section, data) {
    this.root = savedTree(data.saved, data.model.name);
    this.figure = section.querySelector("svg");
    this.readout = section.querySelector(".readout");
    this.top = this.root;
    this.current = this.root;
    drawAtEveryWidth(this.figure, (width) => this.draw(width));
    this.figure.addEventListener("keydown", (event) => this.#press(event));
    this.#describe(this.root);
  }

  /** Draws the part below the node that is zoomed into, and the way to it. */
  draw(width = this.width) {
    this.width = width;
    const places = [];
    const way = [];
    for (let node = this.top.parent; node; node = node.parent) way.unshift(node);
    way.forEach((node, row) => places.push({ node, row, x: 0, width }));
    this.#place(this.top, way.length, 0, width, places);
    const rows = Math.max(...places.map((place) => place.row)) + 1;
    this.figure.setAttribute("viewBox", `0 0 ${width} ${rows * rowHeight}`);
    this.figure.setAttribute("height", rows * rowHeight);
    this.figure.replaceChildren(...places.map((place) => this.#box(place)));
  }

  #place(node, row, x, width, places) {
    places.push({ node, row, x, width });
    let left = x;
    for (const child of node.children) {
      const share = (child.bytes / node.bytes) * width;
      if (share >= narrowest) this.#place(child, row + 1, left, share, places);
      left += share;
    }
  }

  #box({ node, row, x, width }) {
    const letters = Math.floor((width - 10) / 6.7);
    const name = node.name.length <= letters ? node.name
      : letters > 3 ? `${node.name.slice(0, letters - 1)}…` : "";
    const share = `${((100 * node.bytes) / this.root.bytes).toFixed(1)} %`;
    const box = svg("g", {
      class: `box kind-${node.kind ?? "whole"}`, role: "button",
      tabindex: node === this.current ? 0 : -1, "data-bytes": node.bytes,
      "aria-label": `${trail(node).join(", ")}: ${exactBytes(node.bytes)}`,
      onclick: () => this.zoom(node),
      onpointerenter: () => this.#describe(node),
      onfocus: () => this.#describe(node),
    },
    svg("rect", {
      x: x + 0.5, y: row * rowHeight + 0.5, width: Math.max(0.5, width - 1), height: rowHeight - 1,
    }),
    svg("text", { x: x + 6, y: row * rowHeight + (letters > 4 ? 17 : 24) }, name));
    if (letters > 4) {
      box.append(svg("text", { class: "share", x: x + 6, y: row * rowHeight + 32 }, share));
    }
    node.box = box;
    return box;
  }

  /** Gives a node the whole width; the one that has it gives it back. */
  zoom(node) {
    this.top = node === this.top && node.parent ? node.parent : node.children.length ? node : this.top;
    this.current = node;
    this.draw();
    node.box?.focus();
    this.#describe(node);
  }

  #press(event) {
    const siblings = this.current.parent?.children ?? [this.current];
    const place = siblings.indexOf(this.current);
    const next = {
      ArrowLeft: () => siblings[place - 1],
      ArrowRight: () => siblings[place + 1],
      ArrowUp: () => this.current.parent,
      ArrowDown: () => this.current.children[0],
      Home: () => this.root,
    }[event.key];
    if (event.key === "Enter" || event.key === " ") this.zoom(this.current);
    else if (event.key === "Escape") this.zoom(this.root);
    else if (next) this.#goTo(next());
    else return;
    event.preventDefault();
  }

  #goTo(node) {
    if (!node) return;
    this.current.box?.setAttribute("tabindex", -1);
    this.current = node;
    if (!node.box?.isConnected) {
      this.top = node.parent ?? node;
      this.draw();
    }
    node.box?.setAttribute("tabindex", 0);
    node.box?.focus();
  }

  #describe(node) {
    const share = ((100 * node.bytes) / this.root.bytes).toFixed(2);
    const count = node.tensors > 1 ? `, ${node.tensors} tensors` : "";
    this.readout.replaceChildren(html("p", {},
      html("strong", { class: "path" }, trail(node).join(" › ")),
      `: ${exactBytes(node.bytes)}, ${share} % of what is saved${count}`));
  }
}
