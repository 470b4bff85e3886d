import Instrument
import Testing

@Suite struct LeastSquaresTests {
  @Test func `a system with one solution is solved for each right-hand side`() throws {
    // 2x + y = 8, x - y = 1: x = 3, y = 2; and 2x + y = -1, x - y = -2: x = -1, y = 1
    let solved = try LeastSquares([[2, 1], [1, -1]], [[8, 1], [-1, -2]])
    #expect(solved.rank == 2)
    #expect(isNear(solved.solutions[0], [3, 2]))
    #expect(isNear(solved.solutions[1], [-1, 1]))
  }

  @Test func `of more equations than unknowns, the nearest point is taken`() throws {
    // The line c + m·x through (0,0), (1,1), (2,1): m = 1/2, c = 1/6
    let solved = try LeastSquares([[1, 0], [1, 1], [1, 2]], [[0, 1, 1]])
    #expect(solved.rank == 2)
    #expect(isNear(solved.solutions[0], [1.0 / 6, 0.5]))
  }

  @Test func `columns that depend on one another are counted once`() throws {
    // The third column is the sum of the others.
    let matrix = [[1.0, 2, 3], [4, 5, 9], [7, 9, 16], [1, 0, 1]]
    #expect(try LeastSquares(matrix, [[0, 0, 0, 0]]).rank == 2)
  }

  @Test func `of fewer equations than unknowns, the shortest solution is taken`() throws {
    let solved = try LeastSquares([[1, 1]], [[4]])
    #expect(solved.rank == 1)
    #expect(isNear(solved.solutions[0], [2, 2]))
  }

  @Test func `without equations there is nothing to solve`() throws {
    let solved = try LeastSquares([], [[]])
    #expect(solved.rank == 0 && solved.solutions == [[]])
  }

  /// To a few roundings of numbers of this size.
  private func isNear(_ left: [Double], _ right: [Double]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) < 1e-12 }
  }
}
