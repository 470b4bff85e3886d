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

  @Test func `numbers of a file that lie too far apart have no difference`() throws {
    try withTemporaryFolder { folder in
      try measure(folder, "a.json")
      let text = try folder.text("a.json")
      let leaked = "\"leaked\" : 0"
      for (name, number) in [("b.json", Int.min), ("c.json", Int.max)] {
        try folder.write(
          text.replacing(leaked, with: leaked.replacing("0", with: "\(number)")), to: name)
      }
      let outcome = try assay("diff", "b.json", "c.json", in: folder)
      #expect(outcome.status == 0 && outcome.text.contains("9,223,372,036,854,775,807"))
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
        try assay("diff", "a.json", "c.json", in: folder), 65,
        "c.json: found text that is not JSON (Unexpected end of file during JSON parse.); "
          + expected)
      try folder.write("[]", to: "c.json")
      expectFailure(
        try assay("diff", "a.json", "c.json", in: folder), 65,
        "c.json: found something that is not an object; " + expected)
      try folder.write("{ \"schema\": 3 }", to: "c.json")
      expectFailure(
        try assay("diff", "a.json", "c.json", in: folder), 65,
        "c.json: schema: found something that is not a string; " + expected)
      expectFailure(
        try assay("diff", "a.json", "d.json", in: folder), 65,
        "d.json: found no file that can be read; " + expected)
    }
  }
}
