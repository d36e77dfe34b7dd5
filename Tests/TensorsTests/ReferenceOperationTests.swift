import Checkpoints
import Foundation
import TestSupport
import Tensors
import Testing

/// Single operations against the outputs of stylegan2-ada-pytorch.
@Suite("Reference operations")
struct ReferenceOperationTests {
  let inputs: Checkpoint
  let outputs: Checkpoint
  let calls: [String: [String: Any]]
  let filters: [String: ResampleFilter]

  init() throws {
    func url(_ name: String) -> URL { ReferenceData.fixture("tensors/ops/\(name)") }
    inputs = try Checkpoint(contentsOf: url("inputs.safetensors"))
    outputs = try Checkpoint(contentsOf: url("outputs.safetensors"))
    let notes =
      try JSONSerialization.jsonObject(with: Data(contentsOf: url("case.json"))) as? [String: Any]
    calls = notes?["calls"] as? [String: [String: Any]] ?? [:]
    filters = (notes?["filters"] as? [String: Any] ?? [:]).compactMapValues { taps in
      if let row = taps as? [Double] { return ResampleFilter(row.map { Float($0) }) }
      return (taps as? [[Double]]).map { ResampleFilter(rows: $0.map { $0.map { Float($0) } }) }
    }
  }

  /// The calls whose names begin so, with their filter and expected output.
  private func each(
    _ prefix: String,
    _ body: (_ name: String, _ call: [String: Any], _ filter: ResampleFilter?) throws -> Tensor
  ) throws -> Int {
    let names = outputs.names.filter { $0.hasPrefix(prefix) }
    for name in names {
      let call = calls[name] ?? [:]
      let filter = (call["filter"] as? String).flatMap { filters[$0] }
      let error = try relativeError(body(name, call, filter), outputs.tensor(name))
      #expect(error < 1e-5, "\(name): \(error)")
    }
    return names.count
  }

  @Test("Filters")
  func filterSetUp() throws {
    let count = try each("filter.") { name, _, _ in
      if name == "filter.first.flip_gain3_nonorm" {
        return ResampleFilter([1, 2, 1], normalize: false, flip: true, gain: 3).taps
      }
      return try #require(filters[String(name.dropFirst("filter.".count))]).taps
    }
    #expect(count >= 5)
  }

  @Test("upfirdn2d, upsample2d, downsample2d and filter2d")
  func upfirdn() throws {
    let x = try inputs.tensor("x")
    var count = try each("upfirdn2d") { _, call, filter in
      func pair(_ key: String, _ single: String) -> (x: Int, y: Int) {
        let factor = call[single] as? Int ?? 1
        let values = call[key] as? [Int] ?? [factor, factor]
        return (values[0], values[1])
      }
      let p = try #require((call["padding"] ?? call["padding_x0x1y0y1"]) as? [Int])
      return x.upfirdn(
        filter, up: pair("up_xy", "up"), down: pair("down_xy", "down"),
        padding: Padding(left: p[0], right: p[1], top: p[2], bottom: p[3]),
        gain: (call["gain"] as? NSNumber)?.floatValue ?? 1,
        flipFilter: call["flip_filter"] as? Bool ?? false)
    }
    count += try each("upsample2d") { x.upsampled2(try #require($2)) }
    count += try each("downsample2d") { x.downsampled2(try #require($2)) }
    count += try each("filter2d") { _, _, filter in
      let filter = try #require(filter)
      let (w, h) = (filter.width, filter.height)
      return x.upfirdn(
        filter, padding: Padding(left: w / 2, right: (w - 1) / 2, top: h / 2, bottom: (h - 1) / 2))
    }
    #expect(count >= 26)
  }

  @Test("conv2d_resample")
  func convolutionResample() throws {
    let x = try inputs.tensor("x")
    let count = try each("conv2d_resample") { _, call, filter in
      x.convolutionResample(
        try inputs.tensor("w\(try #require(call["kernel"] as? Int))"),
        filter: try #require(filter), up: call["up"] as? Int ?? 1, down: call["down"] as? Int ?? 1,
        padding: call["padding"] as? Int ?? 0, correlate: call["flip_weight"] as? Bool ?? true)
    }
    #expect(count >= 54)
  }

  @Test("The up-convolution of generators is conv2d_resample with unflipped weights")
  func upConvolution() throws {
    let x = try inputs.tensor("x")
    let ones = Tensor(repeating: 1, shape: [x.shape[0], x.shape[1]])
    var count = 0
    for name in outputs.names
    where name.hasPrefix("conv2d_resample") && name.hasSuffix("up2.down1.flipw0") {
      let call = try #require(calls[name])
      let weight = try inputs.tensor("w\(try #require(call["kernel"] as? Int))")
      let found = x.modulatedConvolution(
        ConvolutionWeight(weight, transposed: true), styles: ones, demodulate: false,
        up: try #require((call["filter"] as? String).flatMap { filters[$0] }))
      #expect(try relativeError(found, outputs.tensor(name)) < 1e-5, "\(name)")
      count += 1
    }
    #expect(count >= 9)
  }

  @Test("bias_act")
  func biasAct() throws {
    let x = try inputs.tensor("x") * 2
    let count = try each("bias_act") { name, call, _ in
      let word = call["act"] as? String ?? String(name.split(separator: ".")[1])
      func number(_ key: String) -> Float? { (call[key] as? NSNumber)?.floatValue }
      return x.biasAct(
        Epilogue(
          bias: try inputs.tensor("bias"), activation: try #require(Activation(rawValue: word)),
          alpha: number("alpha") ?? 0.2, gain: number("gain"), clamp: number("clamp")))
    }
    #expect(count >= 10)
  }

  @Test("modulated_conv2d, plain and up")
  func modulatedConvolution() throws {
    let x = try inputs.tensor("x"), styles = try inputs.tensor("styles")
    let weight = try inputs.tensor("w3")
    let count = try each("modconv") { _, call, filter in
      if call["up"] as? Int == 2 {
        return x.modulatedConvolution(
          ConvolutionWeight(weight, transposed: true), styles: styles, up: filter,
          epilogue: Epilogue(noise: try inputs.tensor("noise_up")))
      }
      return x.modulatedConvolution(
        ConvolutionWeight(weight), styles: styles, demodulate: call["demodulate"] as? Bool ?? true)
    }
    #expect(count >= 5)
  }
}
