import Formulas
import Testing

/// The fields of claims that put measurements together.
@Suite struct MeasuresReadingTests {
  private let measures =
    "measures:\n  weights: { quantity: parameters, scope: model, in: parameter }\n"
    + "  grads: { quantity: gradients, scope: model, in: byte }\n"

  @Test("Bytes are not added to parameters, nor compared with plain numbers")
  func dimensions() {
    let sum = fault(file("unit: byte\nexpression: 4*P\nmeasured: weights + grads\n" + measures))
    #expect(
      sum?.contains(
        "measured: found parameter beside byte in weights + grads; expected the same units") == true
    )
    let bare = fault(file("expression: grads > 4*weights + 1\n" + measures))
    #expect(bare?.contains("expression: found ") == true && bare?.contains("beside") == true)
    let unit = fault(
      file(
        "unit: byte\nexpression: 4*P\nmeasured: grads/4\nmeasures:\n"
          + "  grads: { quantity: gradients, scope: model, in: element }\n"))
    #expect(unit?.contains("measured: found element in grads/4; expected the same units") == true)
    #expect(
      fault(
        file(
          "unit: ratio\nexpression: 4\nmeasured: grads/grads\nmeasures:\n"
            + "  grads: { quantity: gradients, scope: model, in: byte }\n")) == nil)
  }

  @Test("Measurements that nothing uses, or that nothing is made of, are faults")
  func unused() {
    let unused = fault(file("unit: byte\nexpression: 4*P\nmeasured: grads\n" + measures))
    #expect(unused?.contains("found weights, which nothing uses") == true)
    let idle = fault(file("unit: byte\nexpression: 4*P\n" + measures))
    #expect(idle?.contains("which nothing uses") == true)
    let alone = fault(file("unit: byte\nexpression: 4*P\nmeasured: 4\n"))
    #expect(alone?.contains("expected measures, which it is made of") == true)
    let standard = fault(
      file(
        "unit: byte\nexpression: 4*P\nmeasured: h\nmeasures:\n"
          + "  h: { quantity: gradients, scope: model, in: byte }\n"))
    #expect(standard?.contains("found a measurement called h; expected another name") == true)
  }

  @Test("Sizes of another run are sizes")
  func sizes() {
    let wrong = fault(
      file(
        "unit: byte\nexpression: 4*P\nmeasured: grads\nmeasures:\n"
          + "  grads: { quantity: gradients, scope: model, in: byte, at: { P: 3 } }\n"))
    #expect(
      wrong?.contains("found P, which is not a size of a run; expected one of b, s, l") == true)
  }

  @Test("An input with a unit is kept in its base unit, and counts what it says")
  func inputs() throws {
    let claim = try claim(
      "unit: byte\nexpression: memory - 16*P\ninputs: { memory: 80 GB, P: 2e9 }\nclaimed: 48 GB")
    #expect(claim.inputs["memory"] == 80_000_000_000)
    #expect(claim.inputUnits["memory"]?.symbol == "GB")
    #expect(try claim.arithmetic == .holds)
  }

  @Test("A claim with all new fields survives as it is read")
  func all() throws {
    let claim = try claim(
      """
      unit: byte
      expression: 16*P
      parts: [8*P, 8*P]
      restates: [t.1]
      shape: { family: llama, tied: true, biases: false }
      measured: a_ + b_
      measures:
        a_: { quantity: modelStates, scope: model, in: byte, recipe: { optimizer: sgd }, at: { b: 2*b } }
        b_: { quantity: modelStates, scope: model, in: byte, model: gpt2, shape: { tied: false } }
      readings:
      - { name: one, recipe: { dropout: 0.1 } }
      - { name: two, unit: GiB, where: { f: 4*h } }
      """)
    #expect(claim.measures["a_"]?.setting.recipe == ["optimizer": "sgd"])
    #expect(claim.measures["a_"]?.setting.sizes["b"]?.description == "2*b")
    #expect(claim.measures["b_"]?.setting.model == "gpt2")
    #expect(claim.shape == Claim.ShapeOptions(family: .llama, tied: true, biases: false))
    #expect(claim.readings.map(\.name) == ["one", "two"])
    #expect(claim.parts.count == 2 && claim.restates == ["t.1"])
    #expect(claim.asSumOfParts?.expression?.description == "8*P + 8*P")
  }
}
