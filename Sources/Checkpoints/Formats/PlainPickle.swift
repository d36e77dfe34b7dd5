import Foundation

/// A Python pickle of dictionaries, lists and arrays.
enum PlainPickle: FormatReader {
  static let format = CheckpointFormat("pickle", "pickled dictionaries, lists and NumPy arrays")

  static func recognizes(_ bytes: ByteRegion) -> Bool {
    if bytes.holds([0x80]) { return true }
    // Protocols 0 and 1 have no header; these are the instructions that a file of them starts with.
    return ["(", "]", "}", ")", "c"].contains { bytes.holds($0) }
  }

  static func read(_ bytes: ByteRegion, at url: URL) throws -> CheckpointContents {
    try Flattening.contents(of: PickleMachine.load(bytes).value)
  }
}
