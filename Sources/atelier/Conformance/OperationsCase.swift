import Foundation
import Tensors

/// Single operations: filters, upfirdn, resampling convolutions, bias_act, modulated convolution.
enum OperationsCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    reference.description["calls"] != nil && reference.description["filters"] != nil
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let inputs = try reference.checkpoint("inputs.safetensors")
    let outputs = try reference.checkpoint("outputs.safetensors")
    let filters = reference.description["filters"] as? [String: Any] ?? [:]
    let calls = reference.description["calls"] as? [String: [String: Any]] ?? [:]
    for name in outputs.names.sorted() {
      let expected = try outputs.tensor(name)
      let found: Tensor?
      if name.hasPrefix("filter.") {
        found = filter(named: String(name.dropFirst("filter.".count)), filters)?.taps
      } else {
        let call = Call(name: name, arguments: calls[name] ?? [:], filters: filters)
        found = try call.result { try inputs.tensor($0) }
      }
      guard let found else {
        report.fail(name, "unsupported: nothing here knows how to call this")
        continue
      }
      report.compare(name, found, expected, relative: 1e-5)
    }
  }

  /// A filter of the case by name; `first.flip_gain3_nonorm` is the second listed filter with
  /// options.
  fileprivate static func filter(named name: String, _ filters: [String: Any]) -> ResampleFilter? {
    if name == "first.flip_gain3_nonorm" {
      return (filters["f121"] as? [Double]).map {
        ResampleFilter($0.map { Float($0) }, normalize: false, flip: true, gain: 3)
      }
    }
    if let taps = filters[name] as? [Double] { return ResampleFilter(taps.map { Float($0) }) }
    return (filters[name] as? [[Double]]).map {
      ResampleFilter(rows: $0.map { $0.map { Float($0) } })
    }
  }

  /// One call with its arguments from case.json.
  private struct Call {
    let name: String
    let arguments: [String: Any]
    let filters: [String: Any]

    func int(_ key: String, _ standard: Int) -> Int { arguments[key] as? Int ?? standard }
    func bool(_ key: String, _ standard: Bool) -> Bool { arguments[key] as? Bool ?? standard }
    func number(_ key: String) -> Float? { (arguments[key] as? NSNumber)?.floatValue }
    func pair(_ key: String, _ standard: Int) -> (x: Int, y: Int) {
      let values = arguments[key] as? [Int] ?? [standard, standard]
      return (values[0], values[1])
    }

    var filter: ResampleFilter? {
      (arguments["filter"] as? String).flatMap { OperationsCase.filter(named: $0, filters) }
    }

    func result(_ input: (String) throws -> Tensor) throws -> Tensor? {
      let x = try input("x")
      switch name.prefix(while: { $0 != "." }) {
      case "upfirdn2d": return upfirdn(x)
      case "upsample2d": return filter.map { x.upsampled2($0) }
      case "downsample2d": return filter.map { x.downsampled2($0) }
      case "filter2d":
        return filter.map { filter in
          let (w, h) = (filter.width, filter.height)
          return x.upfirdn(
            filter,
            padding: Padding(left: w / 2, right: (w - 1) / 2, top: h / 2, bottom: (h - 1) / 2))
        }
      case "conv2d_resample":
        guard let filter else { return nil }
        return x.convolutionResample(
          try input("w\(int("kernel", 3))"), filter: filter, up: int("up", 1),
          down: int("down", 1), padding: int("padding", 0), correlate: bool("flip_weight", true))
      case "bias_act":
        // A call that names no activation is named after it: `bias_act.lrelu.alpha0.1…`.
        let text = arguments["act"] as? String ?? String(name.split(separator: ".")[1])
        guard let activation = Activation(rawValue: text) else { return nil }
        return (x * 2).biasAct(
          Epilogue(
            bias: try input("bias"), activation: activation, alpha: number("alpha") ?? 0.2,
            gain: number("gain"), clamp: number("clamp")))
      case "modconv":
        let styles = try input("styles")
        guard bool("flip_weight", true) else {
          return x.modulatedConvolution(
            ConvolutionWeight(try input("w3"), transposed: true), styles: styles, up: filter,
            epilogue: Epilogue(noise: try input("noise_up")))
        }
        return x.modulatedConvolution(
          ConvolutionWeight(try input("w3")), styles: styles,
          demodulate: bool("demodulate", true))
      default: return nil
      }
    }

    private func upfirdn(_ x: Tensor) -> Tensor? {
      let p =
        arguments["padding"] as? [Int] ?? arguments["padding_x0x1y0y1"] as? [Int]
        ?? [0, 0, 0, 0]
      return filter.map {
        x.upfirdn(
          $0, up: pair("up_xy", int("up", 1)), down: pair("down_xy", int("down", 1)),
          padding: Padding(left: p[0], right: p[1], top: p[2], bottom: p[3]),
          gain: number("gain") ?? 1, flipFilter: bool("flip_filter", false))
      }
    }
  }
}
