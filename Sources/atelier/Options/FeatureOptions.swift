import ArgumentParser
import Networks

/// The network whose features tell pictures apart.
struct FeatureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The LPIPS network whose features are used.", valueName: "name-or-file"))
  var metric = "lpips-alex"

  /// The network.
  func load() throws -> LPIPS {
    guard let trunk = try MetricReader.distance(metric) as? LPIPS else {
      throw CommandError.invalidInput("--metric \(metric) has no features: name an LPIPS network.")
    }
    return trunk
  }
}
