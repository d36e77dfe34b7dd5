import ArgumentParser
import Checkpoints
import Foundation
import Networks

/// `atelier conformance`: runs reference cases and prints the largest error of every tensor.
struct ConformanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance",
    abstract: "Run reference cases and print the largest error of every tensor.",
    discussion: """
      A case is a folder with case.json, the original checkpoint, inputs.safetensors and \
      outputs.safetensors. What a case holds and how it is to be computed is read from its files.

      Examples:
        atelier conformance goldens/s2ada_skip
        atelier conformance goldens/* --quiet
      """)

  @Argument(help: ArgumentHelp("Case folders.", valueName: "dir"))
  var folders: [String]

  @Flag(help: "Parts that need something still to come fail, instead of being skipped.")
  var strict = false

  @Flag(help: "Print only failures and one line a case.")
  var quiet = false

  @Flag(help: "Print one JSON object instead of text.")
  var json = false

  func run() throws {
    var reports: [ConformanceReport] = []
    for folder in folders {
      let report = Self.check(URL(fileURLWithPath: folder))
      reports.append(report)
      if !json { report.print(quiet: quiet, strict: strict) }
    }
    let passed = reports.reduce(0) { $0 + $1.passed }
    let skipped = strict ? 0 : reports.reduce(0) { $0 + $1.notYet }
    let failed = reports.reduce(0) { $0 + $1.failed + (strict ? $1.notYet : 0) }
    if json {
      try Output.json(reports.map { $0.summary(strict: strict) })
    } else {
      print("\(passed) passed, \(failed) failed" + (skipped > 0 ? ", \(skipped) skipped" : ""))
    }
    if failed > 0 { throw ExitCode(1) }
  }

  /// Runs one case; whatever goes wrong is part of the report.
  private static func check(_ folder: URL) -> ConformanceReport {
    let report = ConformanceReport(name: folder.lastPathComponent)
    do {
      let reference = try ReferenceCase(folder)
      guard let kind = ConformanceCases.all.first(where: { $0.recognizes(reference) }) else {
        report.fail("case.json", "unsupported: nothing here knows how to run this case")
        return report
      }
      try kind.run(reference, report)
    } catch let error as NetworkError {
      if case .unknownFamily = error {
        report.fail("network", "unsupported: \(error)")
      } else {
        report.fail("network", "\(error)")
      }
    } catch {
      report.fail("case", "\(error)")
    }
    return report
  }
}

/// A kind of reference case; a new one is one file and one line here.
protocol ConformanceCase: Sendable {
  /// Whether the case is of this kind, judged by what its files hold.
  static func recognizes(_ reference: ReferenceCase) -> Bool
  /// Runs everything that the case holds.
  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws
}

/// The kinds of reference cases.
enum ConformanceCases {
  static let all: [any ConformanceCase.Type] = [
    GANSpaceCase.self, InterFaceGANCase.self,
    OperationsCase.self, RandomNumbersCase.self, HostilePicklesCase.self, PickleObjectsCase.self,
    TorchFilesCase.self, NumPyFilesCase.self, RosinalityCase.self, ProgressiveCase.self,
    StyleSpaceCase.self, SeFaCase.self, LPIPSCase.self, FeatureMetricsCase.self,
    PathLengthCase.self, SceneGeneratorCase.self, SceneLossesCase.self, SceneEncoderCase.self,
    ProjectorCase.self, TrainingCase.self, GeneratorCase.self,
  ]
}
