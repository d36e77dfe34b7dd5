import Foundation
import TestSupport
import Testing
import Training

/// Expects that runs which were stored after so many steps and taken up again end with the bytes of
/// one that was never stopped; `start` makes the run before its first step.
func expectSameBytes(
  stoppedAfter stops: [Int], _ start: () throws -> TrainingRun,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  try ReferenceData.withTemporaryFolder { folder in
    var whole = try start()
    while !whole.isFinished { _ = try whole.advance() }
    let expected = folder.appendingPathComponent("whole")
    try TrainingCheckpoint.write(whole, to: expected)
    let file = folder.appendingPathComponent("stopped")
    for steps in stops {
      var first = try start()
      for _ in 0..<steps { _ = try first.advance() }
      try TrainingCheckpoint.write(first, to: file)
      var second = try start()
      try TrainingCheckpoint.restore(&second, from: file)
      while !second.isFinished { _ = try second.advance() }
      try TrainingCheckpoint.write(second, to: file)
      #expect(
        try Data(contentsOf: file) == Data(contentsOf: expected), "\(steps)",
        sourceLocation: sourceLocation)
    }
  }
}
