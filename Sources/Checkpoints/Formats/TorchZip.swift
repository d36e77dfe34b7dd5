import Foundation

/// PyTorch's file format since version 1.6, TorchScript archives included: a zip archive of a
/// pickle and of one raw member a storage.
enum TorchZip: FormatReader {
  static let format = CheckpointFormat("torch zip", "torch.save since PyTorch 1.6, TorchScript")

  static func recognizes(_ bytes: ByteRegion) -> Bool {
    bytes.holds([0x50, 0x4B, 3, 4]) || bytes.holds([0x50, 0x4B, 5, 6])
  }

  static func read(_ bytes: ByteRegion, at url: URL) throws -> CheckpointContents {
    let archive = try ZipArchive(bytes)
    guard let pickle = archive.memberNames.first(where: isPickle) else {
      throw CheckpointError.unrecognized(
        file: bytes.name, looksLike: "a zip archive of other things", advice: advice(archive))
    }
    let top = pickle.dropLast("data.pkl".count)
    let isBigEndian =
      try archive.contains("\(top)byteorder")
      && archive.region(of: "\(top)byteorder").holds("big")
    // Deflated storages are inflated once, however many tensors share them.
    var regions: [String: ByteRegion] = [:]
    let (value, _) = try PickleMachine.load(archive.region(of: pickle)) { id in
      var reference = try TorchStorage.reference(id, in: bytes)
      let name = "\(top)data/\(reference.key)"
      let region = try regions[name] ?? archive.region(of: name)
      regions[name] = region
      let size = reference.count.multipliedClamping(by: reference.type.size)
      guard region.count >= size else {
        throw CheckpointError.malformed(
          file: bytes.name, place: "zip member '\(name)'", expected: "\(size) bytes",
          found: "\(region.count)")
      }
      reference.bytes = region
      reference.isBigEndian = isBigEndian
      return .storage(reference)
    }
    var contents = try Flattening.contents(of: value)
    if archive.memberNames.contains(where: { $0.hasPrefix("\(top)code/") }) {
      contents.containsCode = true
    }
    return contents
  }

  private static func isPickle(_ name: String) -> Bool {
    name == "data.pkl" || (name.hasSuffix("/data.pkl") && name.split(separator: "/").count == 2)
  }

  private static func advice(_ archive: ZipArchive) -> String {
    let names = archive.memberNames.prefix(3).joined(separator: ", ")
    return "Unpack it and open the checkpoint inside; it holds \(archive.members.count) members"
      + (names.isEmpty ? "." : ": \(names) …")
  }
}
