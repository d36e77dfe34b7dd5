import ArgumentParser
import Checkpoints
import Foundation
import Networks

/// Turns what users write for a metric into a distance.
enum MetricReader {
  /// Several, separated by commas; each once.
  static func distances(_ text: String) throws -> [any PerceptualDistance] {
    let names = try names(text)
    return try names.map(distance)
  }

  /// The words of a list of metrics; throws if there is none, or one twice.
  static func names(_ text: String) throws -> [String] {
    let names = text.split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimmingCharacters(in: .whitespaces) }
    guard !names.contains(""), Set(names).count == names.count else {
      throw ValidationError(
        "'\(text)' is not a list of metrics. Write for example lpips-alex,l2,ms-ssim.")
    }
    return names
  }

  /// `l1`, `l2`, `ms-ssim`, `gradient`, the name of fetched LPIPS weights, or a file with an LPIPS
  /// network.
  static func distance(_ name: String) throws -> any PerceptualDistance {
    if let distance = WeightlessDistances.all.first(where: { $0.name == name }) { return distance }
    let url: URL
    do {
      url = try LoadedNetwork.locate(name)
    } catch let error as CommandError {
      // Weights that are known but not here have their own advice.
      if "\(error)".contains("atelier weights fetch") { throw error }
      let known = WeightlessDistances.all.map(\.name) + ["lpips-alex", "lpips-vgg"]
      throw CommandError.invalidInput(
        "there is no metric '\(name)'. Known: \(known.joined(separator: ", ")), or a file with an "
          + "LPIPS network.")
    }
    guard let network = try LPIPSFamily.canonical(Checkpoint(contentsOf: url)) else {
      throw CommandError.invalidInput("\(url.path): holds no LPIPS network.")
    }
    return try LPIPS(network)
  }
}
