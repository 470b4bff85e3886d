import Foundation
import TestSupport
import Testing

@Suite struct DiffTests {
  private func measure(_ folder: TemporaryFolder, _ name: String, _ options: String...) throws {
    let run = ["measure", "gpt2-tiny", "--dry", "--format", "json", "--output", name]
    #expect(try assay(run + options, in: folder).status == 0)
  }

  @Test func `two measurements are compared in every format`() throws {
    try withTemporaryFolder { folder in
      try measure(folder, "a.json")
      try measure(folder, "b.json", "--batch", "8")
      let diff = ["diff", "a.json", "b.json"]
      #expect(try assay(diff, in: folder).text.contains("recipe.batch"))
      for format in ["csv", "markdown"] {
        let outcome = try assay(diff + ["--format", format], in: folder)
        #expect(outcome.status == 0 && outcome.text.contains("block.*.attention"))
      }
      let found = try object(assay(diff + ["--format", "json"], in: folder))
      #expect(found["schema"] as? String == "assay.difference.v1")
      let settings = try #require(found["settings"] as? [[String: String]])
      #expect(settings == [["field": "recipe.batch", "before": "4", "after": "8"]])
      #expect(
        try assay("diff", "a.json", "a.json", in: folder).text == "a.json → a.json: no difference\n"
      )
    }
  }

  @Test func `a file that is no measurement is bad input, with the field at fault`() throws {
    try withTemporaryFolder { folder in
      try measure(folder, "a.json")
      let expected = "expected a measurement, as `assay measure --format json` writes it"
      try folder.write("{ \"schema\": \"assay.measurement.v1\" }", to: "b.json")
      expectFailure(
        try assay("diff", "a.json", "b.json", in: folder), 65,
        "b.json: mode: found nothing; " + expected)
      try folder.write("[", to: "c.json")
      expectFailure(
        try assay("diff", "a.json", "c.json", in: folder), 65, "c.json: found no JSON; " + expected)
      expectFailure(
        try assay("diff", "a.json", "d.json", in: folder), 65,
        "d.json: found no file that can be read; " + expected)
    }
  }
}
