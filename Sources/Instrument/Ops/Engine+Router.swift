import CKernels
import Catalogue

extension Engine {
  /// The softmax over the experts of each row.
  ///
  /// - Parameters:
  ///   - probabilities: (R,E), written.
  ///   - logits: (R,E).
  public func routerSoftmax(into probabilities: borrowing Tensor, _ logits: borrowing Tensor) {
    // A comparison, a difference, an exponential, an addition and a division.
    record(.routerSoftmax, elementwise: 5 * logits.count, touching: 2 * logits.bytes)
    guard isReal else { return }
    let experts = logits.columns
    RowKernel.perform(
      logits.rows, grain: 64, [.written(probabilities), .read(logits)]
    ) { rows, at in
      router_softmax_forward(at[0], at[1], rows.count, experts)
    }
  }

  /// Sends each row to its likeliest experts, and sorts the pairs of row and expert by expert.
  ///
  /// - Parameters:
  ///   - routing: written.
  ///   - probabilities: (R,E).
  ///   - experts: how many each row goes to.
  public func route(
    into routing: borrowing Routing, _ probabilities: borrowing Tensor,
    _ experts: Architecture.Experts
  ) {
    let (rows, pairs) = (probabilities.rows, routing.pairs)
    // A comparison for each expert and choice; a sum and a division for each weight.
    let weighing = experts.areRenormalised ? 2 * pairs : 0
    record(
      .route, elementwise: pairs * experts.count + weighing,
      touching: probabilities.bytes + 8 * (2 * pairs + 3 * routing.rows))
    guard isReal else {
      let most = routing.capacity ?? rows
      return note(expertLoad: experts.balancedLoad(rows: rows).map { min($0, most) })
    }
    choose(routing, probabilities, experts)
    sort(routing)
    router_weights(
      routing.weights.floats, routing.source.integers, probabilities.floats,
      routing.chosen.integers, routing.sumsOrNil, routing.order.integers, routing.rows,
      experts.count, experts.perToken)
    note(expertLoad: routing.load)
  }

  /// Gives each pair its place.
  private func sort(_ routing: borrowing Routing) {
    let (order, places) = (routing.order.integers, routing.places.integers)
    let (ends, chosen) = (routing.ends.shortIntegers, routing.chosen.integers)
    guard let capacity = routing.capacity else {
      return router_sort(order, places, ends, chosen, routing.pairs, routing.ends.columns)
    }
    router_sort_limited(order, places, ends, chosen, routing.pairs, routing.ends.columns, capacity)
  }

  private func choose(
    _ routing: borrowing Routing, _ probabilities: borrowing Tensor,
    _ experts: Architecture.Experts
  ) {
    let (p, chosen) = (probabilities.floats, routing.chosen.integers)
    let (values, sums) = (routing.chosenProbabilitiesOrNil, routing.sumsOrNil)
    let (count, perToken) = (experts.count, experts.perToken)
    Parallel.ranges(probabilities.rows, grain: 64) { rows in
      let (at, ids) = (rows.lowerBound * count, rows.lowerBound * perToken)
      router_choose(chosen + ids, p + at, rows.count, count, perToken)
      if let values, let sums {
        router_chosen_sums(
          values + ids, sums + rows.lowerBound, p + at, chosen + ids, rows.count, count, perToken)
      }
    }
  }

  /// Gradient of the router's logits.
  ///
  /// - Parameters:
  ///   - logitsGradient: (R,E), written.
  ///   - weightGradient: (R·k,1) or (E·C,1), of the weights.
  ///   - probabilities: (R,E).
  ///   - routing: what forward wrote.
  public func routerBackward(
    into logitsGradient: borrowing Tensor, _ weightGradient: borrowing Tensor,
    _ probabilities: borrowing Tensor, _ routing: borrowing Routing
  ) {
    let (experts, perToken) = (probabilities.columns, routing.chosen.columns)
    // A product and a sum for the dot, a difference and a product for the result; for each weight
    // what undoes its share of the sum.
    record(
      .routerBackward, elementwise: 4 * probabilities.count + 5 * routing.pairs,
      touching: 2 * probabilities.bytes + weightGradient.bytes + 16 * routing.pairs)
    guard isReal else { return }
    let dw = weightGradient.floats
    let (chosen, places) = (routing.chosen.integers, routing.places.integers)
    let sums = routing.sumsOrNil
    RowKernel.perform(
      probabilities.rows, grain: 64, [.written(logitsGradient), .read(probabilities)]
    ) { rows, at in
      let (first, ids) = (rows.lowerBound, rows.lowerBound * perToken)
      router_backward(
        at[0], dw, at[1], chosen + ids, sums.map { $0 + first }, places + ids, rows.count,
        experts, perToken)
    }
  }
}

extension Routing {
  fileprivate var sumsOrNil: UnsafeMutablePointer<Float>? {
    switch sums {
    case .some(let sums): sums.floats
    case .none: nil
    }
  }

  fileprivate var chosenProbabilitiesOrNil: UnsafeMutablePointer<Float>? {
    switch chosenProbabilities {
    case .some(let values): values.floats
    case .none: nil
    }
  }
}
