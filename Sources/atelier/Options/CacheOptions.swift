import ArgumentParser
import Editing

/// How much memory activations may take from one picture to the next.
struct CacheOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Keep activations of layers that several pictures share, up to so many megabytes; 0 keeps "
        + "none. Pictures do not depend on it.", valueName: "MB"))
  var activationCache = 512

  func validate() throws {
    guard (0...1 << 20).contains(activationCache) else {
      throw ValidationError("--activation-cache \(activationCache) is not between 0 and 1048576.")
    }
  }

  /// The cache, `nil` for none.
  func make() -> ActivationCache? {
    activationCache == 0 ? nil : ActivationCache(bytes: activationCache << 20)
  }
}
