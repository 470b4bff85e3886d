extension ClaimCatalogue {
  /// The claims that come with Assay: the files of the folder `Claims`.
  ///
  /// - Throws: `ClaimError` where one of them is faulty, which is a defect of Assay.
  public static var builtIn: ClaimCatalogue {
    get throws(ClaimError) { try ClaimCatalogue(files: builtInFiles) }
  }

  /// One line a file of the folder.
  private static let builtInFiles: [(name: String, bytes: [UInt8])] = [
    ("document-000.yaml", PackageResources.document_000_yaml),
    ("document-001.yaml", PackageResources.document_001_yaml),
    ("document-002.yaml", PackageResources.document_002_yaml),
    ("document-003.yaml", PackageResources.document_003_yaml),
    ("document-004.yaml", PackageResources.document_004_yaml),
    ("estimators.yaml", PackageResources.estimators_yaml),
  ]
}
