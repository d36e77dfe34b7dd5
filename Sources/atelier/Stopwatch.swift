import Foundation

/// Notes how long the stages of a command take.
final class Stopwatch: @unchecked Sendable {
  private let lock = NSLock()
  private var list: [(stage: String, milliseconds: Double)] = []

  /// The stages in the order in which they ended.
  var stages: [(stage: String, milliseconds: Double)] { lock.withLock { list } }

  /// Runs `body` as a stage.
  func time<Result>(_ stage: String, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    let result = try body()
    note(stage, (ContinuousClock.now - start) / .milliseconds(1))
    return result
  }

  /// Adds a stage that was timed elsewhere.
  func note(_ stage: String, _ milliseconds: Double) {
    lock.withLock { list.append((stage, milliseconds)) }
  }

  /// How long the process has been there, in milliseconds (to about 10); `nil` where the system does
  /// not tell.
  static var sinceProcessStart: Double? {
    guard let stat = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
      let uptime = try? String(contentsOfFile: "/proc/uptime", encoding: .utf8),
      let now = uptime.split(separator: " ").first.flatMap({ Double($0) }),
      // The fields after the command's name, which may hold anything, begin with the third.
      let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 19,
      let start = Double(fields[19])
    else { return nil }
    return max(0, (now - start / Double(sysconf(Int32(_SC_CLK_TCK)))) * 1000)
  }
}
