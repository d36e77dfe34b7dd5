import Editing
import Foundation
import TestSupport
import Tensors
import Testing

@Suite("Truncation")
struct TruncationTests {
  let ws = Tensor.sample([2, 6, 3], seed: 1)
  let mean = Tensor([1, -2, 0.5], shape: [3])

  /// c + ψ (w − c) by row.
  func expect(_ found: Tensor, psi: [Float], center: Tensor) {
    for n in 0..<2 {
      for row in 0..<6 {
        for i in 0..<3 {
          let c = Double(center.count == 3 ? center[i] : center[row, i])
          let expected = c + Double(psi[row]) * (Double(ws[n, row, i]) - c)
          #expect(abs(Double(found[n, row, i]) - expected) < 1e-6)
        }
      }
    }
  }

  @Test(
    "One ψ for all rows: also negative, zero and beyond 1",
    arguments: [-0.5, 0, 0.7, 1, 1.8] as [Float])
  func uniform(psi: Float) throws {
    let found = try Truncation.psi(psi).apply(to: ws, center: mean)
    expect(found, psi: Array(repeating: psi, count: 6), center: mean)
    if psi == 1 { #expect(found.bits == ws.bits) }
  }

  @Test("Rows from the cutoff on stay to the bit", arguments: [0, 1, 4, 6, 9])
  func cutoff(cutoff: Int) throws {
    let truncation = Truncation.psi(-0.5, cutoff: cutoff)
    let found = try truncation.apply(to: ws, center: mean)
    expect(found, psi: (0..<6).map { $0 < cutoff ? -0.5 : 1 }, center: mean)
    for n in 0..<2 {
      for row in 0..<6 where row >= cutoff {
        #expect(found.row(n).row(row).bits == ws.row(n).row(row).bits)
      }
    }
    #expect(try truncation.values(count: 6) == (0..<6).map { $0 < cutoff ? -0.5 : 1 })
  }

  @Test("ψ by layer; rows that are not named stay")
  func byLayer() throws {
    let profile = try LayerProfile(parsing: "0-1:0.5,4:-1")
    let found = try Truncation(psi: profile).apply(to: ws, center: mean)
    expect(found, psi: [0.5, 0.5, 1, 1, -1, 1], center: mean)
    let both = try Truncation(psi: profile, cutoff: 4).apply(to: ws, center: mean)
    expect(both, psi: [0.5, 0.5, 1, 1, 1, 1], center: mean)
  }

  @Test("A centre may differ by row")
  func otherCenter() throws {
    let center = Tensor.sample([6, 3], seed: 8)
    expect(
      try Truncation.psi(0.25).apply(to: ws, center: center),
      psi: Array(repeating: 0.25, count: 6), center: center)
    // ψ 0 is the centre itself.
    let collapsed = try Truncation.psi(0).apply(to: ws, center: center)
    #expect(relativeError(collapsed.row(1), center) < 1e-6)
  }

  @Test("A centre of another width is refused")
  func wrongCenter() {
    #expect {
      try Truncation.psi(0.5).apply(to: ws, center: Tensor(zeros: [4]))
    } throws: { error in
      guard case .wrongShape(_, "[3] or [6, 3]", "[4]") = error as? EditingError else {
        return false
      }
      return true
    }
  }

  @Test("Named profiles parse, and unknown names list the known")
  func profiles() throws {
    for profile in Truncation.profiles {
      let values = try Truncation.profile(named: profile.name).values(count: 18, default: 1)
      #expect(values.allSatisfy { (0...2).contains($0) })
      #expect(!profile.meaning.isEmpty)
    }
    let calm = try Truncation.profile(named: "calm-geometry").values(count: 10, default: 1)
    #expect(calm == [0.5, 0.5, 0.5, 0.5, 0.7, 0.7, 0.7, 0.7, 1, 1])
    #expect {
      _ = try Truncation.profile(named: "calm")
    } throws: {
      "\($0)".contains("calm-geometry")
    }
  }

  @Test("A truncation reads back from its JSON")
  func json() throws {
    let center = Digest(of: mean)
    for (truncation, json) in [
      (Truncation.psi(0.7), #"{"psi":0.7}"#), (.none, #"{"psi":1}"#),
      (.psi(-0.5, cutoff: 8), #"{"cutoff":8,"psi":-0.5}"#),
      (
        Truncation(psi: try LayerProfile(parsing: "0-3:0.5,4-:1"), center: center),
        #"{"center":"\#(center)","psi":"0-3:0.5,4-:1.0"}"#
      ),
    ] {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      #expect(String(decoding: try encoder.encode(truncation), as: UTF8.self) == json)
      #expect(try JSONDecoder().decode(Truncation.self, from: Data(json.utf8)) == truncation)
    }
  }
}
