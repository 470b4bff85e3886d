import CMPI
import Catalogue
import Foundation

/// The processes of a run that `mpirun`, or a scheduler such as Slurm, has started: the one way in
/// which ranks of a layout compute.
///
/// It is loaded like OpenBLAS and not linked, so that one build serves those who have MPI and those
/// who have not.
public final class MPI: Sendable {
  /// Number of processes.
  public let size: Int
  /// Number of this process, from 0.
  public let number: Int

  /// MPI, started.
  ///
  /// - Throws: `MissingComponent` if the machine does not have it.
  public static func start() throws(MissingComponent) -> MPI { try started.get() }

  private static let started: Result<MPI, MissingComponent> = {
    if let problem = cmpi_start() {
      return .failure(
        MissingComponent("MPI", String(cString: problem), "openmpi-bin", target: "mpi"))
    }
    return .success(MPI())
  }()

  private init() {
    size = Int(cmpi_size(cmpi_world()))
    number = Int(cmpi_rank(cmpi_world()))
  }

  /// The processes that a launcher has started, of which this is one; 1 without a launcher.
  public static var launched: Int {
    number(in: ["OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS"]) ?? 1
  }

  /// How many of them run on this machine.
  public static var launchedHere: Int { number(in: ["OMPI_COMM_WORLD_LOCAL_SIZE"]) ?? 1 }

  private static func number(in variables: [String]) -> Int? {
    let environment = ProcessInfo.processInfo.environment
    return variables.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first
  }

  /// Whether MPI has been started, and must be ended.
  public static var isStarted: Bool { cmpi_is_started() }

  /// Ends MPI, once all ranks have come this far.
  public func finish() { cmpi_finish() }

  /// Ends all processes of the run.
  public func abort(status: Int32) -> Never { cmpi_abort(status) }
}

/// Ranks as processes.
public final class MPICommunicator: Communicator {
  private let groups: [RankGroup: OpaquePointer]

  /// Joins the layout. Called by all processes, of which there are as many as ranks.
  public init(_ rank: Rank, on mpi: MPI) {
    precondition(mpi.size == rank.layout.ranks && mpi.number == rank.number)
    // The smallest member's number tells a group from the others of its kind.
    groups = Dictionary(
      uniqueKeysWithValues: RankGroup.allCases.map { group in
        (group, cmpi_split(cmpi_world(), Int32(rank.members(group)[0])))
      })
  }

  deinit {
    for group in RankGroup.allCases { groups[group].map(cmpi_release) }
  }

  /// `MPI_Allreduce`, in place.
  public func allReduce(
    _ values: UnsafeMutablePointer<Float>, _ count: Int, _ reduction: Reduction,
    over group: RankGroup
  ) {
    cmpi_all_reduce(groups[group]!, values, count, reduction.inMPI)
  }

  /// `MPI_Allreduce` of one number.
  public func allReduce(_ value: Double, _ reduction: Reduction, over group: RankGroup) -> Double {
    cmpi_all_reduce_double(groups[group]!, value, reduction.inMPI)
  }

  /// `MPI_Allgatherv`.
  public func allGather(
    _ whole: UnsafeMutablePointer<Float>, from part: UnsafePointer<Float>?, _ parts: [Range<Int>],
    over group: RankGroup
  ) {
    cmpi_all_gather(
      groups[group]!, whole, part, parts.map { Int32($0.count) },
      parts.map { Int32($0.lowerBound) })
  }

  /// `MPI_Reduce_scatter`.
  public func reduceScatter(
    into part: UnsafeMutablePointer<Float>, from whole: UnsafePointer<Float>, _ parts: [Range<Int>],
    over group: RankGroup
  ) {
    cmpi_reduce_scatter(groups[group]!, part, whole, parts.map { Int32($0.count) })
  }

  /// `MPI_Alltoall`.
  public func allToAll(
    into output: UnsafeMutablePointer<Float>, from input: UnsafePointer<Float>, part: Int,
    over group: RankGroup
  ) {
    cmpi_all_to_all(groups[group]!, output, input, part)
  }

  /// `MPI_Isend`, of a copy.
  public func send(_ values: UnsafePointer<Float>, _ count: Int, to rank: Int, tag: Int) {
    cmpi_send(groups[.world]!, values, 4 * count, Int32(rank), Int32(tag))
  }

  /// `MPI_Recv`.
  public func receive(
    into values: UnsafeMutablePointer<Float>, _ count: Int, from rank: Int, tag: Int
  ) {
    cmpi_receive(groups[.world]!, values, 4 * count, Int32(rank), Int32(tag))
  }

  /// `MPI_Barrier`.
  public func barrier(over group: RankGroup) { cmpi_barrier(groups[group]!) }
}

extension Reduction {
  fileprivate var inMPI: cmpi_reduction {
    switch self {
    case .sum: CMPI_SUM
    case .maximum: CMPI_MAXIMUM
    }
  }
}
