/// A value behind a pointer, freed with its box.
///
/// The compiler's check of ownership takes time that grows with the square of the tensors in a type,
/// and a model is made of many parameters: what each of them holds counts as one.
struct Boxed<Value: ~Copyable>: ~Copyable {
  private let place: UnsafeMutablePointer<Value>

  init(_ value: consuming Value) {
    place = .allocate(capacity: 1)
    place.initialize(to: value)
  }

  deinit {
    place.deinitialize(count: 1)
    place.deallocate()
  }

  var value: Value {
    _read { yield place.pointee }
    _modify { yield &place.pointee }
  }
}
