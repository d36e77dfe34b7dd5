import Checkpoints
import Tensors

/// The options that a file states for one of its networks, such as the `static_kwargs` of a
/// TensorFlow pickle.
struct StatedOptions {
  /// What the file is called in errors.
  let file: String
  /// The network's name, such as `Gs.synthesis`.
  let network: String
  private let configurations: [PickleValue]

  /// The options of the module `network`, none if the file says nothing of it; what it leaves out
  /// is looked for in `fallback`.
  init(_ checkpoint: Checkpoint, _ network: String, fallback: String? = nil) {
    file = checkpoint.url.path
    self.network = network
    configurations = [network, fallback].compactMap { name in
      name.flatMap { checkpoint.module($0)?.configuration }
    }
  }

  /// The value of an option, `nil` where the file says nothing.
  subscript(option: String) -> PickleValue? {
    configurations.lazy.compactMap { $0[option] }.first
  }

  /// Throws if the file states an option with a value that is none of `supported`, all in Python's
  /// words.
  func require(_ option: String, _ supported: String...) throws {
    guard let value = self[option]?.word, !supported.contains(value) else { return }
    throw refusal(option, value, supported: supported)
  }

  /// An option with a choice of words; `nil` where the file says nothing.
  func choice<Choice>(_ option: String, _ choices: KeyValuePairs<String, Choice>) throws -> Choice?
  {
    guard let value = self[option]?.word else { return nil }
    guard let choice = choices.first(where: { $0.key == value }) else {
      throw refusal(option, value, supported: choices.map(\.key))
    }
    return choice.value
  }

  /// A number; `nil` where the file says nothing or None.
  func number(_ option: String) throws -> Float? {
    guard let value = self[option]?.real.map({ Float($0) }) else { return nil }
    guard abs(value) <= 1e6 else {
      throw refusal(option, "\(value)", supported: ["a number from -1000000 to 1000000"])
    }
    return value
  }

  /// The low-pass filter of the ×2 resamplings (`resample_kernel`), [1, 3, 3, 1] by default.
  func resampleFilter() throws -> ResampleFilter {
    guard let value = self["resample_kernel"] else { return ResampleFilter([1, 3, 3, 1]) }
    if value.isNone { return ResampleFilter([1, 1]) }
    let taps = value.elements?.compactMap(\.real).map { Float($0) } ?? []
    guard (1...64).contains(taps.count), taps.count == value.elements?.count,
      taps.allSatisfy(\.isFinite), taps.reduce(0, +) != 0
    else {
      throw refusal("resample_kernel", value.word, supported: ["a list of up to 64 numbers"])
    }
    return ResampleFilter(taps)
  }

  private func refusal(_ option: String, _ value: String, supported: [String]) -> NetworkError {
    .unsupportedOption(
      file: file, option: "\(network) \(option)", value: value,
      supported: supported.joined(separator: " or "))
  }
}

extension PickleValue {
  /// The value as Python writes it, as far as options go.
  fileprivate var word: String { word(depth: 0) }

  private func word(depth: Int) -> String {
    if isNone { return "None" }
    if let boolean { return boolean ? "True" : "False" }
    if let string { return string }
    if let integer { return "\(integer)" }
    if let real { return real == real.rounded() && abs(real) < 1e9 ? "\(Int(real))" : "\(real)" }
    // Lists may hold themselves.
    if let elements, depth < 3 {
      return "[" + elements.prefix(16).map { $0.word(depth: depth + 1) }.joined(separator: ", ")
        + "]"
    }
    return className ?? "an object"
  }
}
