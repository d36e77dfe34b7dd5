import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("OpenVINO files")
struct OpenVINOTests {
  /// Two inputs, two products with constants, one bias.
  static let description = """
    <?xml version="1.0" ?>
    <net name="n" version="10">
      <layers>
        <layer id="0" name="x" type="Parameter" version="opset1"><data shape="1, 2"/></layer>
        <layer id="1" name="w" type="Const"><data element_type="f32" shape="2, 2" offset="0" size="16"/></layer>
        <layer id="2" name="axis" type="Const"><data element_type="i64" shape="1" offset="16" size="8"/></layer>
        <layer id="3" name="product" type="MatMul"><data transpose_b="true"/></layer>
        <layer id="4" name="b" type="Const"><data element_type="f32" shape="" offset="24" size="4"/></layer>
      </layers>
      <edges>
        <edge from-layer="1" from-port="0" to-layer="3" to-port="1"/>
        <edge from-layer="0" from-port="0" to-layer="3" to-port="0"/>
      </edges>
    </net>
    """

  static let constants: Data = {
    var data = Data()
    for value: Float in [1, 2, 3, 4] {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    withUnsafeBytes(of: Int64(-3).littleEndian) { data.append(contentsOf: $0) }
    withUnsafeBytes(of: Float(0.5).bitPattern.littleEndian) { data.append(contentsOf: $0) }
    return data
  }()

  private func open(_ description: String) throws -> Checkpoint {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appending(path: "net.xml")
      try Data(description.utf8).write(to: url)
      try Self.constants.write(to: folder.appending(path: "net.bin"))
      return try Checkpoint(contentsOf: url)
    }
  }

  @Test("Constants are tensors under their layers' names, and edges lead to them")
  func constants() throws {
    let checkpoint = try open(Self.description)
    #expect(checkpoint.format.name == "OpenVINO IR")
    #expect(checkpoint.names == ["w", "axis", "b"])
    #expect(try checkpoint.tensor("w").scalars == [1, 2, 3, 4])
    #expect(try checkpoint.tensors["axis"]?.integers() == [-3])
    #expect(try checkpoint.tensor("b").scalar == 0.5)
    let graph = try #require(checkpoint.graph)
    #expect(graph.secondInputs(ofType: "MatMul").map { $0?.name } == ["w"])
    #expect(graph.constants(ofType: "f32").map(\.name) == ["w", "b"])
    let both = Data(Self.description.utf8) + Self.constants
    #expect(try checkpoint.digest() == Digest(of: both))
  }

  @Test(
    "Descriptions that lie or declare entities give an error",
    arguments: [
      ("offset=\"24\"", "offset=\"25\""), ("offset=\"24\"", "offset=\"-4\""),
      ("size=\"16\"", "size=\"12\""), ("shape=\"2, 2\"", "shape=\"2, 99999999999\""),
      ("shape=\"2, 2\"", "shape=\"4611686018427387904, 8\""), ("name=\"b\"", "name=\"w\""),
      ("\"f32\"", "\"string\""), ("</net>", ""), ("id=\"4\"", "id=\"3\""), ("to-port=\"1\"", ""),
      ("<net ", "<!DOCTYPE net [<!ENTITY a \"b\">]><net "),
    ])
  func lies(of part: String, becoming lie: String) {
    #expect(throws: CheckpointError.self) {
      try open(Self.description.replacingOccurrences(of: part, with: lie))
    }
  }

  @Test("A description without its constants names the missing file")
  func missingConstants() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appending(path: "net.xml")
      try Data(Self.description.utf8).write(to: url)
      let error = #expect(throws: CheckpointError.self) { try Checkpoint(contentsOf: url) }
      #expect(try #require(error).description.contains("net.bin"))
    }
  }

  @Test("A description with damaged bytes is a value or an error", .timeLimit(.minutes(5)))
  func damaged() throws {
    let bytes = [UInt8](Data(Self.description.utf8))
    var generator = SeededGenerator(state: 100)
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appending(path: "net.xml")
      try Self.constants.write(to: folder.appending(path: "net.bin"))
      for round in 0..<4000 {
        var damaged = bytes
        for _ in 0...round % 4 {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          let other = Int.random(in: 0..<bytes.count, using: &generator)
          damaged[place] =
            round % 2 == 0 ? bytes[other] : UInt8.random(in: 0...255, using: &generator)
        }
        do {
          let checkpoint = try Checkpoint(damaged, at: url)
          for tensor in checkpoint.tensors.values { _ = try tensor.tensor() }
        } catch is CheckpointError {}
      }
      for length in 0..<bytes.count {
        #expect(throws: CheckpointError.self) { try Checkpoint(bytes.prefix(length), at: url) }
      }
    }
  }
}
