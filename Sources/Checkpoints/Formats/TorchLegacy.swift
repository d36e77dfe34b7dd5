import Foundation

/// PyTorch's file format before version 1.6: pickles in a row, then the storages' bytes.
///
/// Magic number, protocol 1001, system information, object, list of storage keys; then for every
/// key in that order an element count (int64) and the elements.
enum TorchLegacy: FormatReader {
  static let format = CheckpointFormat("torch legacy", "torch.save before PyTorch 1.6")

  /// 0x1950A86A20F9469CFC6C, as its LONG1 instruction.
  private static let magic: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  static func recognizes(_ bytes: ByteRegion) -> Bool {
    // Protocols 2 and 3 put the number at byte 2, later ones behind a frame.
    bytes.holds([0x80]) && (bytes.holds(magic, at: 2) || bytes.holds(magic, at: 11))
  }

  static func read(_ bytes: ByteRegion, at url: URL) throws -> CheckpointContents {
    try Flattening.contents(of: load(bytes, depth: 0))
  }

  /// The object in a legacy file, every storage with its bytes.
  ///
  /// `depth` counts files inside pickles.
  static func load(_ bytes: ByteRegion, depth: Int) throws -> PickleValue {
    let (magicNumber, afterMagic) = try PickleMachine.load(bytes, depth: depth)
    guard case .bigInteger("119547037146038801333356") = magicNumber.contents else {
      throw bytes.malformed(at: 0, expected: "torch's magic number", found: "another value")
    }
    let (version, afterVersion) = try PickleMachine.load(bytes, at: afterMagic, depth: depth)
    guard version.integer == 1001 else {
      throw bytes.malformed(at: afterMagic, expected: "protocol 1001", found: "another")
    }
    let (system, afterSystem) = try PickleMachine.load(bytes, at: afterVersion, depth: depth)
    let isBigEndian = system["little_endian"]?.boolean == false
    let (object, afterObject) = try PickleMachine.load(
      bytes, at: afterSystem, depth: depth,
      resolver: { .storage(try TorchStorage.reference($0, in: bytes)) })
    let (keys, start) = try PickleMachine.load(bytes, at: afterObject, depth: depth)
    try assign(keys, from: start, in: bytes, isBigEndian: isBigEndian, to: object.heap)
    return object
  }

  /// Gives every storage its bytes, which start at `start` in the order of `keys`.
  private static func assign(
    _ keys: PickleValue, from start: Int, in bytes: ByteRegion, isBigEndian: Bool,
    to heap: PickleHeap
  ) throws {
    guard case .list(let list) = keys.contents else {
      throw bytes.malformed(at: start, expected: "a list of storage keys", found: "another value")
    }
    var places: [String: Int] = [:]
    for (index, storage) in heap.storages.enumerated() where storage.root == nil {
      // Storages of files inside this one's pickle have their bytes already.
      if storage.bytes == nil { places[storage.key] = index }
    }
    var position = start
    for key in list {
      guard let key = key.string, let index = places.removeValue(forKey: key) else {
        throw bytes.malformed(
          at: position, expected: "keys of the object's storages", found: "another, or one twice")
      }
      let storage = heap.storages[index]
      let count = try bytes.integer(Int64.self, at: position)
      guard count == Int64(storage.count) else {
        throw bytes.malformed(
          at: position, expected: "\(storage.count) elements in storage '\(key)'",
          found: "\(count)")
      }
      let size = storage.count.multipliedClamping(by: storage.type.size)
      heap.storages[index].bytes = try bytes.region(at: position + 8, count: size)
      heap.storages[index].isBigEndian = isBigEndian
      position += 8 + size
    }
    if let missing = places.keys.min() {
      throw bytes.malformed(
        at: position, expected: "the bytes of storage '\(missing)'", found: "no such key")
    }
  }
}

/// The persistent ids of torch files: `("storage", type, key, location, count, view)`.
enum TorchStorage {
  /// What an id refers to; the device that it names is ignored.
  static func reference(
    _ id: PickleValue, in bytes: ByteRegion
  ) throws -> PickleMachine.StorageReference {
    guard id[0]?.string == "storage", let type = id[1]?.storageType, let key = id[2]?.string,
      let count = id[4]?.integer, count >= 0
    else {
      throw CheckpointError.malformed(
        file: bytes.name, place: "a persistent id",
        expected: "a storage's type, key and element count", found: "other values")
    }
    var reference = PickleMachine.StorageReference(key: key, type: type, count: count)
    if let view = id[5], !view.isNone {
      guard let offset = view[1]?.integer, let size = view[2]?.integer else {
        throw CheckpointError.malformed(
          file: bytes.name, place: "storage '\(key)'", expected: "a view's offset and size",
          found: "another value")
      }
      reference.window = (offset, size)
    }
    return reference
  }
}

extension PickleValue {
  /// The element type of a storage class.
  fileprivate var storageType: ScalarType? {
    guard case .global(let index) = slot, case .storage(let type) = heap.globals[index].meaning
    else { return nil }
    return type
  }
}
