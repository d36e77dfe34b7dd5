import Checkpoints
import Foundation
import Testing

@Suite("Hostile pickles")
struct HostilePickleTests {
  @Test(
    "A function outside the list is refused by name and place",
    arguments: [
      ("os_system_reduce_p0.pkl", "os.system", "byte 0"),
      ("posix_system_global_p2.pkl", "posix.system", "byte 2"),
      ("builtins_eval_p3.pkl", "builtins.eval", "byte 2"),
      ("nested_stack_global_p4.pkl", "builtins.getattr", "byte 21"),
      ("checkpoint_shaped_os_system.pkl", "os.system", "byte"),
    ])
  func refused(file: String, function: String, place: String) throws {
    let error = try #require(
      #expect(throws: CheckpointError.self) { try Samples.open("pickle_malicious/\(file)") })
    guard case .refused = error else {
      Issue.record("not a refusal: \(error)")
      return
    }
    #expect(error.description.contains("'\(function)'"))
    #expect(error.description.contains(place) && error.description.contains(file))
  }

  @Test(
    "Lengths beyond the file, cut files and calls with cycles give an error",
    arguments: ["huge_binbytes8_length.pkl", "truncated_mid_p4.pkl", "cyclic_reduce_args.pkl"])
  func broken(file: String) {
    #expect(throws: CheckpointError.self) { try Samples.open("pickle_malicious/\(file)") }
  }

  @Test("A memo index of four billion takes one place")
  func sparseMemo() throws {
    let value = try Samples.open("pickle_malicious/memo_put_huge_index.pkl").plain
    #expect(value?.integer == 1)
  }

  @Test("A tree that unfolds to 10⁴⁰ leaves loads as the few it has", .timeLimit(.minutes(5)))
  func memoBomb() throws {
    let checkpoint = try Samples.open("pickle_malicious/memo_bomb_p2.pkl")
    #expect(checkpoint.names.isEmpty)
    var value = checkpoint.plain
    for _ in 0..<40 { value = value?[9] }
    #expect(value != nil)
  }

  @Test("The same tree with a tensor at its root is given up, not unfolded")
  func tensorBomb() throws {
    // The NumPy array of the fixture, then 40 levels of ten references to the level before.
    var bytes = try Samples.bytes("pickle_objects/python2_numpy_p2.pkl").dropLast()
    for level in UInt8(1)...40 {
      bytes += [0x71, level, 0x30, 0x28] + [UInt8](repeating: 0, count: 0)
      for _ in 0..<10 { bytes += [0x68, level] }
      bytes += [0x74]
    }
    let error = #expect(throws: CheckpointError.self) { try Samples.read(bytes + [0x2E]) }
    guard case .tooLarge = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("200,000 lists in each other load and are released", .timeLimit(.minutes(5)))
  func deepNesting() throws {
    let depth = 200_000
    let open = [UInt8](repeating: 0x5D, count: depth)
    let close = [UInt8](repeating: 0x61, count: depth - 1)
    let checkpoint = try Samples.read([0x80, 2] + open + close + [0x2E])
    var value = checkpoint.plain
    for _ in 0..<depth - 1 { value = value?[0] }
    #expect(value?.elements?.isEmpty == true)
    // Tuples come into being inside out.
    let tuples = [0x29] + [UInt8](repeating: 0x85, count: depth)
    #expect(try Samples.read([0x80, 2] + tuples + [0x2E]).plain?[0]?[0] != nil)
  }

  @Test("Names of deep trees do not grow without bound")
  func deepTensor() throws {
    let array = try Samples.bytes("pickle_objects/python2_numpy_p2.pkl").dropLast()
    let bytes = array + [UInt8](repeating: 0x85, count: 10_000) + [0x2E]
    #expect(throws: CheckpointError.self) { try Samples.read(bytes) }
  }

  @Test(
    "Opcodes that make objects are refused by name",
    arguments: [
      ([0x50, 0x61, 0x0A], "persID"), ([0x69, 0x61, 0x0A, 0x61, 0x0A], "inst"),
      ([0x6F], "obj"), ([0x92], "newObjEx"), ([0x82, 1], "ext1"), ([0x97], "nextBuffer"),
    ] as [([UInt8], String)])
  func opcodes(bytes: [UInt8], name: String) throws {
    let error = #expect(throws: CheckpointError.self) {
      try Samples.read([0x80, 4] + bytes + [0x2E])
    }
    #expect(try #require(error).description.contains("opcode \(name)"))
  }

  @Test(
    "Instructions without the values that they need give an error",
    arguments: [
      [0x2E], [0x30, 0x2E], [0x52, 0x2E], [0x62, 0x2E], [0x65, 0x2E], [0x75, 0x2E], [0x74, 0x2E],
      [0x85, 0x2E], [0x93, 0x2E], [0x94, 0x2E], [0x51, 0x2E], [0x68, 0, 0x2E], [0x5D, 0x4E, 0x75],
      [0x28, 0x4E, 0x65, 0x2E], [0x7D, 0x28, 0x4E, 0x75, 0x2E], [0x7D, 0x5D, 0x4E, 0x73, 0x2E],
      [0x4E, 0x28, 0x61, 0x2E], [0x80, 9, 0x2E], [0xFF], [0x49, 0x78, 0x0A, 0x2E],
      [0x8B, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E], [0x95, 255, 255, 255, 255, 255, 255, 255, 255, 0x2E],
    ] as [[UInt8]])
  func underflow(bytes: [UInt8]) {
    #expect(throws: CheckpointError.self) { try Samples.read([0x80, 4] + bytes) }
  }

  @Test(
    "Values without end stop at a limit", .timeLimit(.minutes(5)), arguments: [0x4E, 0x28, 0x5D])
  func endlessValues(opcode: UInt8) throws {
    let bytes = [0x80, 2] + [UInt8](repeating: opcode, count: 1 << 25) + [0x2E]
    let error = #expect(throws: CheckpointError.self) { try Samples.read(bytes) }
    guard case .tooLarge = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("Copies of one long list end at a limit", .timeLimit(.minutes(5)))
  func repeatedCopies() throws {
    let count = 300_000
    var bytes: [UInt8] = [0x80, 2, 0x5D, 0x71, 0, 0x28]
    bytes += [UInt8](repeating: 0x4E, count: count) + [0x65]
    bytes += Array("cbuiltins\nset\n".utf8) + [0x71, 1]
    for _ in 0..<count / 10 { bytes += [0x68, 1, 0x68, 0, 0x85, 0x52, 0x30] }
    #expect(throws: CheckpointError.self) { try Samples.read(bytes + [0x2E]) }
  }
}
