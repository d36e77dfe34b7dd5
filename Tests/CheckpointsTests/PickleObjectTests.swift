import Checkpoints
import Foundation
import Testing

@Suite("Pickled objects")
struct PickleObjectTests {
  private func value(_ file: String) throws -> PickleValue {
    try #require(Samples.open("pickle_objects/\(file)").plain)
  }

  @Test("Plain values of every protocol come out as Python made them", arguments: 0...5)
  func basic(version: Int) throws {
    let value = try value("basic_p\(version).pkl")
    let notes = try Samples.notes("pickle_objects")
    #expect(PickleTree(value) == PickleTree(expected: try #require(notes["expected_basic"])))
  }

  @Test(
    "Arrays of every type, order and protocol come out as NumPy made them", arguments: 0...5)
  func arrays(version: Int) throws {
    let checkpoint = try Samples.open("pickle_objects/numpy_p\(version).pkl")
    let expected = try Samples.open("pickle_objects/arrays.safetensors")
    #expect(checkpoint.format.name == "pickle")
    for name in expected.names {
      let tensor = try checkpoint.tensor(name)
      let wanted = try expected.tensor(name)
      if name == "arr_0d" { #expect(tensor.shape == []) }
      #expect(largestDifference(tensor.reshaped(wanted.shape), wanted) == 0, "\(name)")
    }
    let plain = try #require(checkpoint.plain)
    #expect(plain["np_float64"]?.real == 1.25)
    #expect(plain["np_float32"]?.real == -0.5)
    #expect(plain["np_int64"]?.integer == -7)
    #expect(plain["np_bool"]?.boolean == true)
    let dtype = try #require(plain["dtype"]?.contents)
    guard case .elementType(.f32) = dtype else {
      Issue.record("float32 became \(dtype)")
      return
    }
  }

  @Test("NumPy 2 files read alike", arguments: ["numpy2_p4.pkl", "numpy2_p5.pkl"])
  func numPy2(file: String) throws {
    let checkpoint = try Samples.open("pickle_objects/\(file)")
    #expect(try checkpoint.tensor("arr_f4").scalars == [3, 4, 5, 6, 7, 8])
    #expect(checkpoint.tensors["arr_f4"]?.shape == [2, 3])
    #expect(try checkpoint.tensors["arr_i8"]?.integers() == [-2, -1, 0, 1, 2])
    #expect(checkpoint.plain?["np_float64"]?.real == 3.25)
    #expect(checkpoint.plain?["np_int64"]?.integer == -3)
  }

  @Test("Containers that hold themselves are legal", arguments: 2...5)
  func cycles(version: Int) throws {
    let value = try value("cyclic_benign_p\(version).pkl")
    #expect(value[0]?[0]?.integer == 1)
    #expect(value[0]?[1]?[1]?[1]?[0]?.integer == 1)
    #expect(value[1]?["self"]?["self"]?["self"]?.entries?.count == 1)
  }

  @Test("Strings that Python 2 wrote are both keys and array bytes")
  func python2() throws {
    let checkpoint = try Samples.open("pickle_objects/python2_numpy_p2.pkl")
    #expect(try checkpoint.tensor("weight").scalars == [0, 1, 2, 3, 4, 5])
    #expect(checkpoint.tensors["weight"]?.shape == [2, 3])
  }

  @Test("Persistent ids go through the caller, and are refused where nobody asks for them")
  func persistentIdentifiers() throws {
    let url = Samples.url("pickle_objects/persistent_id_p2.pkl")
    let bytes = try MappedFile(contentsOf: url).region
    let (value, _) = try PickleMachine.load(bytes) { id in
      #expect(id[0]?.string == "storage" && id[1]?.string == "X")
      return .string("PID" + (id[2]?.string ?? ""))
    }
    #expect(value[0]?.string == "PIDalpha")
    #expect(value[1]?["k"]?.string == "PIDbeta")
    #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: url) }
  }

  @Test("Pickles in a row are read one by one")
  func stream() throws {
    let bytes = try MappedFile(
      contentsOf: Samples.url("pickle_objects/two_in_one_stream_p2.pkl")
    ).region
    let (first, middle) = try PickleMachine.load(bytes)
    let (second, end) = try PickleMachine.load(bytes, at: middle)
    #expect(first.integer == 1)
    #expect(second["second"]?.integer == 2)
    #expect(try bytes.suffix(from: end).text == "TRAILING")
  }

  @Test("Integers of any size keep their digits")
  func integers() throws {
    func integer(_ bytes: [UInt8]) throws -> PickleTree {
      PickleTree(
        try #require(Samples.read([0x80, 2, 0x8A, UInt8(bytes.count)] + bytes + [0x2E]).plain))
    }
    #expect(try integer([]) == .integer("0"))
    #expect(try integer([0xFF]) == .integer("-1"))
    #expect(try integer([0, 0, 0, 0, 0, 0, 0, 0x80]) == .integer("-9223372036854775808"))
    #expect(try integer([0, 0, 0, 0, 0, 0, 0, 0x80, 0]) == .integer("9223372036854775808"))
    #expect(try integer([1, 0, 0, 0, 0, 0, 0, 0, 0]) == .integer("1"))
    #expect(try integer([0, 0, 0, 0, 0, 0, 0, 0, 0x80]) == .integer("-2361183241434822606848"))
  }
}
