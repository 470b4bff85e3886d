import Catalogue

/// What is said of a fault; "no fault" where there is none.
public func complaint(_ body: () throws(InputError) -> some Any) -> String {
  do {
    _ = try body()
    return "no fault"
  } catch {
    return error.description
  }
}
