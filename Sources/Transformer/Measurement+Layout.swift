import Catalogue
import Foundation
import Instrument

extension Measurement {
  /// Runs a recipe as the ranks of a layout, and accounts for each of them.
  ///
  /// A dry run goes through the ranks one after the other. In a real one, this process is one of
  /// as many as there are ranks.
  ///
  /// - Parameters:
  ///   - shape: the model.
  ///   - recipe: how it is trained; the layout has its batch.
  ///   - layout: how the ranks divide both.
  ///   - dry: account without computing.
  ///   - ledger: the account of rank 0 to keep.
  ///   - progress: called after each update with its number and loss.
  /// - Returns: the account of rank 0 and, in short, of all ranks; nil at other ranks of a real run.
  /// - Throws: `InputError` for a layout that the model or the machine cannot run, and
  ///   `MissingComponent`; in a real run `MPI.Refusal` instead, at all ranks.
  public static func run(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, dry: Bool,
    ledger: Ledger = Ledger(),
    progress: (_ step: Int, _ loss: Double?) -> Void = { _, _ in }
  ) throws -> Measurement? {
    guard dry else { return try runReal(shape, recipe, layout, ledger, progress) }
    try validate(shape, recipe, layout)
    guard layout.ranks <= mostDryRanks else {
      throw InputError(
        "--dry", found: "\(layout.ranks) ranks",
        expected: "at most \(mostDryRanks); `assay project` runs one rank of each stage")
    }
    let own = layout.recipe(recipe)
    let corpus = try Corpus(for: own, shape)
    let parts = (0..<layout.ranks).map { number in
      let engine = Engine(
        dry: number == 0 ? ledger : Ledger(), rank: Rank(number, of: layout))
      let measurement = account(shape, own, corpus, on: engine, { _, _ in })
      return (measurement, RankMeasurement(measurement, engine))
    }
    return parts[0].0.with(layout, parts.map(\.1), shape)
  }

  /// Ranks that a dry run goes through; each keeps its events.
  private static let mostDryRanks = 64

  private static func validate(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout
  ) throws(InputError) {
    try layout.validate(for: shape, recipe)
    try layout.recipe(recipe).validate(for: shape)
  }

  private static func runReal(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, _ ledger: Ledger,
    _ progress: (Int, Double?) -> Void
  ) throws -> Measurement? {
    let mpi = try MPI.start()
    var needed = 0
    var statement = MPI.Statement.ready(try description(shape, recipe, layout))
    do {
      needed = try prepare(shape, recipe, layout, mpi)
    } catch let error as InputError {
      statement = .failed(status: 65, message: error.description)
    } catch let error as MissingComponent {
      statement = .failed(status: 69, message: error.description)
    }
    try mpi.agree(on: statement)
    let own = layout.recipe(recipe)
    let rank = Rank(mpi.number, of: layout)
    let machine = try Machine.prepare()
    let engine = try Engine(
      expecting: needed, ledger: ledger, rank: rank,
      communicator: MPICommunicator(rank, on: mpi))
    let corpus = try Corpus(for: own, shape)
    let measurement = account(shape, own, corpus, on: engine, machine: machine, progress)
    let ranks = try gather(RankMeasurement(measurement, engine), mpi)
    return mpi.number == 0 ? measurement.with(layout, ranks, shape) : nil
  }

  /// What all ranks must be about to do.
  private static func description(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout
  ) throws -> [String] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let texts = try [encoder.encode(layout), encoder.encode(recipe), encoder.encode(shape)]
      .map { String(decoding: $0, as: UTF8.self) }
    return zip(["layout", "recipe", "model"], texts)
      .map { $0 + " " + $1.replacing("\"", with: "") }
  }

  /// - Returns: the bytes that this rank needs.
  private static func prepare(
    _ shape: ModelShape, _ recipe: Recipe, _ layout: Layout, _ mpi: MPI
  ) throws -> Int {
    try validate(shape, recipe, layout)
    guard mpi.size == layout.ranks else {
      let processes = mpi.size == 1 ? "1 process" : "\(mpi.size) processes"
      let ranks = layout.ranks == 1 ? "1 rank" : "\(layout.ranks) ranks"
      throw InputError(
        "mpirun", found: "\(processes) for a layout of \(ranks)",
        expected: "-np \(layout.ranks)")
    }
    _ = try BLAS.load()
    let rank = Rank(mpi.number, of: layout)
    let available = SystemMemory.availableBytes.map { $0 / MPI.launchedHere }
    return try requireFit(shape, layout.recipe(recipe), rank, available: available)
  }

  private static func gather(_ own: RankMeasurement, _ mpi: MPI) throws -> [RankMeasurement] {
    let text = String(decoding: try JSONEncoder().encode(own), as: UTF8.self)
    return try mpi.gather(text).map {
      try JSONDecoder().decode(RankMeasurement.self, from: Data($0.utf8))
    }
  }

  /// The account of rank 0 with those of the others, and the loss of a rank that knows it.
  private func with(
    _ layout: Layout, _ ranks: [RankMeasurement], _ shape: ModelShape
  ) -> Measurement {
    var whole = self
    whole.layout = layout
    whole.ranks = ranks
    whole.model = ParameterCount(shape).model
    if loss != nil { whole.loss = ranks.compactMap(\.loss).first }
    return whole
  }
}
