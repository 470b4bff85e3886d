/** A tree of places whose leaves are kinds of tensors; every node knows its bytes. */
export function savedTree(saved, name) {
  const root = node(name, undefined, undefined);
  for (const { places, role, bytes } of saved) {
    let place = root;
    for (const step of [...places, role]) {
      place.bytes += bytes;
      let child = place.children.find((other) => other.name === step);
      if (!child) {
        child = node(step, place, kind(step, place));
        place.children.push(child);
      }
      place = child;
    }
    place.bytes += bytes;
    place.tensors += 1;
  }
  return root;
}

function node(name, parent, kind) {
  return { name, parent, kind, bytes: 0, tensors: 0, children: [], depth: parent ? parent.depth + 1 : 0 };
}

/** The part of the model that a node belongs to, for its colour. */
function kind(step, parent) {
  const words = { attentionNorm: "norm", mlpNorm: "norm", finalNorm: "norm", loss: "head" };
  const known = ["attention", "mlp", "norm", "embedding", "head", "rotary", "experts", "router"];
  const own = words[step] ?? known.find((name) => step === name || step.startsWith(`${name}.`));
  return parent.kind ?? own;
}

/** The names that lead to a node. */
export function trail(node) {
  return node.parent ? [...trail(node.parent), node.name] : [node.name];
}
