import Checkpoints
import Foundation
import Networks
import Tensors
import Testing

/// The peers' benchmark network (see docs/Performance.md): our picture against PyTorch's.
///
/// Needs ATELIER_PEERS, the folder that the peers' script wrote; skipped without.
@Suite("Pictures of the peers' network")
struct PeerPictureTests {
  static let folder = ProcessInfo.processInfo.environment["ATELIER_PEERS"]

  @Test(
    "A picture is PyTorch's", .enabled(if: folder != nil, "ATELIER_PEERS is not set"),
    arguments: [256, 1024])
  func picture(resolution: Int) throws {
    let folder = URL(fileURLWithPath: Self.folder ?? "")
    func file(_ name: String) throws -> Checkpoint {
      try Checkpoint(contentsOf: folder.appendingPathComponent(name))
    }
    func array(_ name: String) throws -> Tensor {
      let file = try file(name)
      return try file.tensor(file.names.first ?? "tensor")
    }
    let generator = try Generators.load(try file("stylegan2-\(resolution).safetensors"))
    let found = generator.synthesis(
      try array("stylegan2-\(resolution)-input.npy"), SynthesisSettings(noise: .const))
    let expected = try array("stylegan2-\(resolution)-image.npy")
    #expect(found.shape == expected.shape)
    let difference = zip(found.scalars, expected.scalars).map { abs($0 - $1) }.max() ?? .infinity
    let largest = expected.scalars.map { abs($0) }.max() ?? 0
    #expect(difference < 1e-4 * largest, "relative error \(difference / largest)")
    print("relative error at \(resolution): \(difference / largest)")
  }
}
