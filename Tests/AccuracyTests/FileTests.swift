import Catalogue
import TestSupport
import Testing

@testable import Accuracy

/// Files of measurements, and what is made of errors.
@Suite struct FileTests {
  @Test("Quoted cells may hold commas, quotes and line feeds")
  func quoted() throws {
    try withTemporaryFolder { folder in
      let path = try folder.write("a,b\r\n\"1,\"\"2\"\"\n3\",4\n\n5,\n", to: "rows.csv")
      let rows = try CSVFile(path).rows
      #expect(rows.map { $0.text("a") } == ["1,\"2\"\n3", "5"])
      #expect(rows[0].integer("b") == 4 && rows[1].integer("b") == nil)
    }
  }

  @Test("A line that lacks a value, and a value that is no number, are named")
  func mistakes() throws {
    try withTemporaryFolder { folder in
      let short = try folder.write("a,b\n1\n", to: "short.csv")
      #expect(
        throws: InputError("\(short):2", found: "1 values", expected: "2, one for each heading")
      ) { try CSVFile(short) }
      let words = try folder.write("a,b\n1,many\n", to: "words.csv")
      #expect(
        throws: InputError("\(words):2", field: "b", found: "\"many\"", expected: "a number")
      ) { try CSVFile(words).rows[0].required("b") }
    }
  }

  @Test("A row that the program refuses is listed with the reason, beside those that it predicts")
  func refused() throws {
    try withTemporaryFolder { folder in
      // Thirteen heads do not divide 768 elements.
      let path = try folder.write(
        """
        system,case,tp,dp,global_batch,n_layers,hidden,n_heads,vocab,seq_len,iteration_time_ms
        A100,small,1,1,4,2,768,12,51200,1024,50
        A100,small,1,none,4,2,768,12,51200,1024,50
        A100,small,1,1,4,2,768,13,51200,1024,50
        """, to: "times.csv")
      let evaluated = try EvaluatedSet(DGXTimes(), path)
      #expect(evaluated.comparisons.map(\.row) == ["A100 small"])
      #expect(evaluated.refusals.map(\.row) == ["\(path):3", "\(path):4"])
      #expect(evaluated.refusals[0].reason.contains("dp: found \"none\""))
      #expect(evaluated.refusals[1].reason.contains("13"))
    }
  }

  @Test("The summary has the errors without their signs, calibration apart and exclusions not")
  func summary() throws {
    func comparison(_ predicted: Double, _ use: Comparison.Use = .check) -> Comparison {
      Comparison(
        row: "r", quantity: .buffer, predicted: predicted, measured: 100, use: use, source: "s")
    }
    let summaries = Summary.all(of: [
      comparison(101), comparison(98), comparison(104), comparison(110, .calibration),
      comparison(900, .excluded("broken")),
    ])
    #expect(summaries.map(\.rows) == ["others", "calibration"])
    let others = try #require(summaries.first)
    // Errors 1, 2 and 4 %.
    #expect(others.count == 3)
    #expect(abs(others.median - 0.02) < 1e-12 && abs(others.worst - 0.04) < 1e-12)
    #expect(abs(others.mean - 0.07 / 3) < 1e-12)
  }
}
