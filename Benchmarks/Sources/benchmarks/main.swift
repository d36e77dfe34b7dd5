import Foundation
import Tensors

// benchmarks kernels [RUNS]
// benchmarks pix2pixhd|spade FOLDER [RUNS]: what the peers' script wrote there; prints one line of JSON

struct Report: Encodable {
  let milliseconds: Double
  let peakMB: Double
  let threads: Int
  let error: Float
  let layers: [String: Double]

  private enum CodingKeys: String, CodingKey {
    case milliseconds, peakMB = "peak_mb", threads, error, layers
  }
}

func printed(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys]
  print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

func scene(_ name: String, in folder: String, runs: Int) throws {
  let weights = try Weights("\(folder)/\(name).safetensors")
  let input = try Weights("\(folder)/\(name)-input.npy").array()
  let expected = try Weights("\(folder)/\(name)-image.npy").array()
  var layers: [String: Double] = [:]
  let draw: () throws -> Tensor
  if name == "spade" {
    let network = try SPADE(weights)
    draw = { try network(input) }
  } else {
    let network = try Pix2PixHD(weights)
    draw = {
      layers = [:]
      var last = ContinuousClock.now
      return network(input) { layer in
        layers[layer, default: 0] += (ContinuousClock.now - last) / .milliseconds(1)
        last = ContinuousClock.now
      }
    }
  }
  let error = (try draw() - expected).largestMagnitude / expected.largestMagnitude
  var times: [Double] = []
  for _ in 0..<runs {
    let start = ContinuousClock.now
    _ = try draw()
    times.append((ContinuousClock.now - start) / .milliseconds(1))
  }
  try printed(
    Report(
      milliseconds: times.sorted()[times.count / 2], peakMB: Measurement.peakMegabytes,
      threads: Parallel.threads, error: error, layers: layers))
}

let arguments = CommandLine.arguments.dropFirst()
let runs = max(1, arguments.last.flatMap { Int($0) } ?? 3)
switch arguments.first {
case "kernels":
  for result in Kernels.measure(runs: runs) { try printed(result) }
case let name? where (name == "pix2pixhd" || name == "spade") && arguments.count > 1:
  try scene(name, in: arguments[arguments.startIndex + 1], runs: runs)
default:
  FileHandle.standardError.write(
    Data("usage: benchmarks kernels [RUNS] | pix2pixhd FOLDER [RUNS] | spade FOLDER [RUNS]\n".utf8))
  exit(64)
}
