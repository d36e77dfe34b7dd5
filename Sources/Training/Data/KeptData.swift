import Foundation
import Imaging
import Tensors

/// Data whose samples are kept in memory once they were made, as long as they all fit into a limit:
/// drawing or decoding a picture may cost as much as training on it.
public final class KeptData: TrainingData {
  private let data: any TrainingData
  private let isKeeping: Bool
  private let kept = Kept()

  private final class Kept: @unchecked Sendable {
    private let lock = NSLock()
    private var samples: [Int: TrainingSample] = [:]

    func sample(_ number: Int) -> TrainingSample? { lock.withLock { samples[number] } }

    func keep(_ new: [(number: Int, sample: TrainingSample)]) {
      lock.withLock { for (number, sample) in new { samples[number] = sample } }
    }
  }

  /// The same data, kept where pictures and maps together take no more than `limit` bytes; endless data
  /// are never kept.
  public init(_ data: any TrainingData, limit: Int = 1 << 30) {
    self.data = data
    // Three bytes of colour, and two maps of four.
    let bytes = data.count.map { $0.multipliedReportingOverflow(by: data.width * data.height * 11) }
    isKeeping = bytes.map { !$0.overflow && $0.partialValue <= limit } ?? false
  }

  /// The data in words.
  public var summary: String { data.summary }
  /// How many there are; `nil` where every number has a picture.
  public var count: Int? { data.count }
  /// The samples' width in pixels.
  public var width: Int { data.width }
  /// The samples' height in pixels.
  public var height: Int { data.height }

  /// The samples of these numbers; those that were asked for before come from memory.
  public func samples(_ numbers: [Int]) throws -> [TrainingSample] {
    guard isKeeping else { return try data.samples(numbers) }
    let missing = Array(Set(numbers.filter { kept.sample($0) == nil })).sorted()
    if !missing.isEmpty {
      kept.keep(zip(missing, try data.samples(missing)).map { (number: $0, sample: $1) })
    }
    return try numbers.map { number in
      try kept.sample(number) ?? data.samples([number])[0]
    }
  }
}
