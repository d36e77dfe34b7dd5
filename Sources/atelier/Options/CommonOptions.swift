import ArgumentParser
import Tensors

/// Options that every command which computes pictures takes.
struct CommonOptions: ParsableArguments {
  @Option(help: "How many threads work at once; pictures do not depend on it.")
  var threads: Int?

  @Option(
    name: [.long, .customLong("gpus"), .customLong("gpu_ids")], parsing: .unconditional,
    help: ArgumentHelp(
      "Accepted for old scripts and ignored: work is done on the CPU.",
      visibility: .hidden))
  var device: String?

  @Flag(help: "Print JSON on standard output.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads) is not between 1 and 1024.")
    }
  }

  /// Puts the options into effect.
  func apply() {
    if let threads { Parallel.threads = threads }
    if let device { Output.note("note: --device \(device) is ignored; work is done on the CPU.") }
  }
}
