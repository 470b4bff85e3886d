import Instrument

/// The result of a layer's forward pass: what goes on, and what stays for backward.
struct Forwarded<Saved: ~Copyable>: ~Copyable {
  let stream: Tensor
  let saved: Saved
}
