import Foundation

/// How long a piece of work took.
struct Measurement: Encodable {
  /// What was measured.
  let name: String
  /// The median time.
  let milliseconds: Double
  /// Floating-point operations of the plain way of doing it a second, in thousands of millions.
  let gflops: Double?

  /// Times `work` after one call that is not counted: the median of `runs` calls.
  init(_ name: String, operations: Double? = nil, runs: Int = 5, _ work: () -> Void) {
    work()
    let times = (0..<max(runs, 1)).map { _ in
      let start = ContinuousClock.now
      work()
      return (ContinuousClock.now - start) / .milliseconds(1)
    }
    self.name = name
    milliseconds = times.sorted()[times.count / 2]
    gflops = operations.map { [milliseconds] in $0 / milliseconds / 1e6 }
  }

  /// The largest memory that this process has held, in MB.
  static var peakMegabytes: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}
