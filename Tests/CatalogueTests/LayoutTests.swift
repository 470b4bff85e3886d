import Catalogue
import TestSupport
import Testing

@Suite struct LayoutTests {
  /// What is said of a layout of the smallest shape that has all: 4 heads, 2 of keys and values.
  private func complaint(_ change: (inout Layout) -> Void) throws -> String {
    var shape = try ModelShape(
      name: "small", layers: 8, hidden: 32, heads: 4, feedForward: 120, vocabulary: 60,
      positions: 64)
    shape.kvHeads = 2
    var recipe = Recipe()
    recipe.sequence = 62
    var layout = Layout()
    change(&layout)
    return TestSupport.complaint { () throws(InputError) in
      try layout.validate(for: shape, recipe)
    }
  }

  @Test func `one device is a layout for every model`() throws {
    for preset in Preset.all { try Layout().validate(for: preset.shape, Recipe()) }
  }

  @Test(arguments: [0, -1, Int.min]) func `counts are at least 1`(count: Int) throws {
    let says = "found \(count); expected a positive integer"
    #expect(try complaint { $0.data = count } == "--data: \(says)")
    #expect(try complaint { $0.tensor = count } == "--tensor: \(says)")
    #expect(try complaint { $0.expert = count } == "--expert: \(says)")
    #expect(try complaint { $0.context = count } == "--context: \(says)")
    #expect(try complaint { $0.pipeline = count } == "--pipeline: \(says)")
    #expect(try complaint { $0.virtual = count } == "--virtual: \(says)")
    #expect(try complaint { $0.microbatch = count } == "--microbatch: \(says)")
    #expect(try complaint { $0.globalBatch = count } == "--global-batch: \(says)")
  }

  @Test func `there are at most a million ranks`() throws {
    #expect(
      try complaint { $0.tensor = 1_000_001 } == "--tensor: found 1000001; expected at most 1000000"
    )
    let many = try complaint { ($0.data, $0.pipeline) = (500_000, 4) }
    #expect(
      many == "--data: found 500000, which makes 2000000 ranks; expected at most 1000000 ranks")
    // 10⁶ to the fourth power is more than 64 bits hold.
    let most = 1_000_000
    let uncounted = try complaint {
      ($0.data, $0.context, $0.tensor, $0.pipeline) = (most, most, most, most)
    }
    #expect(
      uncounted
        == "--data: found 1000000, which makes 1e+24 ranks; expected at most 1000000 ranks")
  }

  @Test func `a padded vocabulary is a multiple for each rank that shares it, and has a limit`()
    throws
  {
    let shape = try ModelShape(named: "gpt2")
    var layout = Layout()
    layout.tensor = 4
    // 50,257 = 98·512 + 81
    #expect(try shape.padded(toMultipleOf: 128, for: layout).vocabulary == 99 * 512)
    #expect(try shape.padded(toMultipleOf: 1, for: layout).vocabulary == 50_257)
    func says(_ multiple: Int) -> String {
      TestSupport.complaint { () throws(InputError) in
        _ = try shape.padded(toMultipleOf: multiple, for: layout)
      }
    }
    #expect(says(25_000_000) == "no fault")
    #expect(
      says(25_000_001)
        == "--pad-vocabulary: found 25000001, which makes a vocabulary of 100000004 tokens; "
        + "expected one of at most 100000000")
    for multiple in [0, .max] {
      #expect(
        says(multiple)
          == "--pad-vocabulary: found \(multiple); "
          + "expected a positive integer, such as 128, at most 100000000")
    }
  }

  @Test func `tensor-parallel ranks divide everything that they share`() throws {
    func says(_ tensor: Int, _ what: String) -> String {
      "--tensor: found \(tensor), which does not divide the \(what) of small; "
        + "expected a divisor of it"
    }
    #expect(try complaint { $0.tensor = 2 } == "no fault")
    #expect(try complaint { $0.tensor = 3 } == says(3, "4 heads"))
    #expect(try complaint { $0.tensor = 4 } == says(4, "2 heads of keys and values"))
  }

  @Test func `stages divide the layers, and chunks of stages do`() throws {
    #expect(try complaint { $0.pipeline = 4 } == "no fault")
    #expect(
      try complaint { $0.pipeline = 3 }
        == "--pipeline: found 3, which does not divide the 8 layers of small; "
        + "expected a divisor of it")
    #expect(
      try complaint { ($0.pipeline, $0.virtual, $0.globalBatch) = (4, 3, 4) }
        == "--virtual: found 3 for each of 4 stages, which does not divide the 8 layers of small; "
        + "expected a divisor of it")
  }

  @Test func `interleaving takes stages, 1F1B and whole rounds of micro-batches`() throws {
    #expect(
      try complaint { $0.virtual = 2 }
        == "--virtual: found 2 with --pipeline 1; expected --pipeline of 2 or more")
    #expect(
      try complaint { ($0.virtual, $0.pipeline, $0.schedule) = (2, 2, .gpipe) }
        == "--virtual: found 2 with --schedule gpipe; expected --schedule 1f1b")
    #expect(
      try complaint { ($0.virtual, $0.pipeline, $0.globalBatch) = (2, 2, 3) }
        == "--global-batch: found 3, which makes 3 micro-batches; "
        + "expected a multiple of 2 of them, with --virtual 2")
  }

  @Test func `the batch is divided by replicas and micro-batches`() throws {
    #expect(try complaint { ($0.data, $0.microbatch, $0.globalBatch) = (3, 2, 12) } == "no fault")
    #expect(
      try complaint { ($0.data, $0.microbatch, $0.globalBatch) = (3, 2, 8) }
        == "--global-batch: found 8, which 3 replicas with micro-batches of 2 do not divide; "
        + "expected a multiple of 6")
  }

  @Test func `sequence parallelism is for ranks that share layers, and divides the sequence`()
    throws
  {
    #expect(
      try complaint { $0.sequenceParallel = true }
        == "--sequence-parallel: found --tensor 1; expected --tensor of 2 or more")
    var divided = Layout()
    (divided.sequenceParallel, divided.tensor) = (true, 2)
    let encoderDecoder = try ModelShape(named: "t5-small")
    #expect(
      TestSupport.complaint { () throws(InputError) in
        try divided.validate(for: encoderDecoder, Recipe())
      }
        == "--sequence-parallel: found t5-small, which is an encoder–decoder; "
        + "expected a model without an encoder's output that all of its tokens read")
    #expect(try complaint { ($0.sequenceParallel, $0.tensor) = (true, 2) } == "no fault")
    var shape = try ModelShape(named: "gpt2-tiny")
    (shape.heads, shape.kvHeads, shape.vocabulary) = (4, 4, 256)
    var layout = Layout()
    (layout.sequenceParallel, layout.tensor) = (true, 4)
    var recipe = Recipe()
    recipe.sequence = 30
    let says = TestSupport.complaint { () throws(InputError) in
      try layout.validate(for: shape, recipe)
    }
    #expect(
      says
        == "--sequence: found 30, which --tensor 4 does not divide; "
        + "expected a multiple of it, with --sequence-parallel")
  }

  @Test func `ranks that share sequences have one stretch from the front and one from the back`() {
    var layout = Layout()
    #expect(layout.stretches(ofContext: 0, of: 24) == [0..<24])
    layout.context = 3
    // 24 = 6·4
    #expect(layout.stretches(ofContext: 0, of: 24) == [0..<4, 20..<24])
    #expect(layout.stretches(ofContext: 2, of: 24) == [8..<12, 12..<16])
    let all = (0..<3).flatMap { layout.stretches(ofContext: $0, of: 24).joined() }
    #expect(all.sorted() == Array(0..<24))
  }

  @Test func `sequences are shared where no token sees those behind it, in equal parts`() throws {
    func says(
      _ name: String, sequence: Int = 64, _ change: (inout Recipe) -> Void = { _ in }
    ) throws -> String {
      var layout = Layout()
      layout.context = 4
      var recipe = Recipe()
      recipe.sequence = sequence
      change(&recipe)
      let shape = try ModelShape(named: name)
      return TestSupport.complaint { () throws(InputError) in
        try layout.validate(for: shape, recipe)
      }
    }
    #expect(try says("gpt2") == "no fault")
    for name in ["bert-base-uncased", "t5-small"] {
      #expect(
        try says(name)
          == "--context: found 4, for \(name), whose tokens see those behind them; expected 1")
    }
    #expect(
      try says("gpt2") { $0.prefix = 3 }
        == "--context: found 4 with --prefix 3; expected 1, or no prefix")
    #expect(
      try says("mixtral-8x7b") { $0.capacityFactor = 1 }
        == "--context: found 4 with --capacity-factor 1.0; "
        + "expected 1, or room for as many rows as come")
    #expect(
      try says("gpt2", sequence: 60)
        == "--sequence: found 60, of which 4 ranks cannot have two equal stretches each; "
        + "expected a multiple of 8, with --context 4")
  }

  @Test func `ranks that share sequences are neighbours, and replicas of the weights`() {
    var layout = Layout()
    (layout.tensor, layout.context, layout.data, layout.pipeline) = (2, 3, 2, 2)
    // 21 = 1 + 2·(1 + 3·(1 + 2·1)): the second of three, of share 1 of the batch, in stage 1.
    let rank = Rank(21, of: layout)
    #expect((rank.tensor, rank.context, rank.data, rank.stage) == (1, 1, 1, 1))
    #expect(rank.members(.context) == [19, 21, 23])
    #expect(rank.members(.data) == [13, 15, 17, 19, 21, 23])
    #expect(rank.members(.pipeline) == [9, 21])
    #expect(rank.members(.model) == [8, 9, 20, 21])
    #expect(Rank(firstOfStage: 1, of: layout).number == 12)
    for number in 0..<layout.ranks {
      let rank = Rank(number, of: layout)
      for group in RankGroup.allCases where group != .embedding {
        let members = rank.members(group)
        #expect(members.count == rank.size(of: group))
        for member in members { #expect(Rank(member, of: layout).members(group) == members) }
      }
      for group in RankGroup.allCases {
        #expect(rank.members(group)[rank.place(in: group)] == number)
      }
    }
  }

  @Test func `experts are shared by replicas, evenly, and have room for so many rows`() throws {
    func says(_ name: String, _ experts: Int, room: Double? = 1) throws -> String {
      var layout = Layout()
      (layout.data, layout.expert, layout.globalBatch) = (12, experts, 12)
      var recipe = Recipe()
      recipe.capacityFactor = room
      let shape = try ModelShape(named: name)
      return TestSupport.complaint { () throws(InputError) in
        try layout.validate(for: shape, recipe)
      }
    }
    #expect(try says("mixtral-8x7b", 4) == "no fault")
    #expect(
      try says("mixtral-8x7b", 8)
        == "--expert: found 8, which does not divide the 12 replicas; expected a divisor of it")
    #expect(
      try says("mixtral-8x7b", 3)
        == "--expert: found 3, which does not divide the 8 experts of mixtral-8x7b; "
        + "expected a divisor of it")
    #expect(
      try says("gpt2", 2)
        == "--expert: found 2, for gpt2, which has no experts; expected 1")
    #expect(
      try says("mixtral-8x7b", 4, room: nil)
        == "--expert: found 4 with room for as many rows as come; "
        + "expected --capacity-factor, such as 1 for even shares")
  }

  @Test func `replicas that share experts are neighbours among replicas`() {
    var layout = Layout()
    (layout.tensor, layout.data, layout.expert) = (2, 6, 3)
    // 9 = 1 + 2·4: replica 4 is the second of those that share the experts for the second time.
    let rank = Rank(9, of: layout)
    #expect((rank.data, rank.expert) == (4, 1))
    #expect(rank.members(.expert) == [7, 9, 11])
    #expect(rank.members(.expertData) == [3, 9])
    #expect((rank.place(in: .expert), rank.place(in: .expertData)) == (1, 1))
  }

  @Test func `a rank runs its micro-batch as often as its share has them`() {
    var layout = Layout()
    (layout.data, layout.microbatch, layout.globalBatch) = (4, 2, 64)
    let recipe = layout.recipe(Recipe())
    // 64 sequences on 4 replicas are 16 each, 8 micro-batches of 2.
    #expect((recipe.batch, recipe.accumulate) == (2, 8))
  }

  @Test func `ranks that share a layer are neighbours, then come replicas, then stages`() {
    var layout = Layout()
    (layout.tensor, layout.data, layout.pipeline) = (2, 3, 4)
    // 15 = 1 + 2·(1 + 3·2): share 1 of the layers of replica 1 in stage 2.
    let rank = Rank(15, of: layout)
    #expect((rank.tensor, rank.data, rank.stage) == (1, 1, 2))
    #expect(rank.members(.tensor) == [14, 15])
    #expect(rank.members(.data) == [13, 15, 17])
    #expect(rank.members(.pipeline) == [3, 9, 15, 21])
    #expect(rank.members(.embedding) == [15])
    #expect(rank.members(.model) == [2, 3, 8, 9, 14, 15, 20, 21])
    #expect(rank.members(.world) == Array(0..<24))
    for number in 0..<layout.ranks {
      let rank = Rank(number, of: layout)
      for group in RankGroup.allCases {
        let members = rank.members(group)
        #expect(members.count == rank.size(of: group))
        // Whoever is in a group has the same group, or is no part of any, as a stage between the
        // first and the last is of that of the embedding.
        for member in members {
          #expect(Rank(member, of: layout).members(group) == members)
        }
        #expect(group == .embedding || members.contains(number))
      }
    }
  }
}
