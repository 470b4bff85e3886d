/** What memory is for, in the order in which a chart stacks it: what lasts lies below. */
export const stackOrder = [
  "parameter", "optimizerState", "gradient", "kvCache", "activation", "temporary", "input",
];

/** What readers call them. */
export const categoryNames = {
  parameter: "parameters",
  optimizerState: "optimizer states",
  gradient: "gradients",
  kvCache: "KV cache",
  activation: "activations",
  temporary: "temporary",
  input: "input",
};
