import Foundation
import TestSupport
import Tensors
import Testing

/// The number of threads is one setting of the process: these tests run one after the other, and
/// no other test sets it.
@Suite("Threads", .serialized)
struct ParallelTests {
  /// Runs `body` with several numbers of threads and gives every result.
  static func results<Result>(_ body: () -> Result) -> [Result] {
    let before = Parallel.threads
    defer { Parallel.threads = before }
    return [1, 2, 3, 7].map { threads in
      Parallel.threads = threads
      return body()
    }
  }

  static func expectSameBits(_ what: String, _ body: () -> Tensor) {
    let results = results(body)
    for result in results { #expect(result.bits == results[0].bits, "\(what)") }
  }

  @Test("Every index is visited once")
  func forEach() {
    final class Visits: @unchecked Sendable {
      private let lock = NSLock()
      private(set) var counts = [Int](repeating: 0, count: 1000)
      func add(_ index: Int) { lock.withLock { counts[index] += 1 } }
    }
    for visits in Self.results({ () -> Visits in
      let visits = Visits()
      Parallel.forEach(1000) { visits.add($0) }
      return visits
    }) { #expect(visits.counts.allSatisfy { $0 == 1 }) }
    for visits in Self.results({ () -> Visits in
      let visits = Visits()
      Parallel.forEachRange(of: 1000, size: 33) { $0.forEach { visits.add($0) } }
      return visits
    }) { #expect(visits.counts.allSatisfy { $0 == 1 }) }
    Parallel.forEach(0) { _ in Issue.record("there is nothing to visit") }
  }

  @Test("There is always a thread")
  func atLeastOne() {
    let before = Parallel.threads
    defer { Parallel.threads = before }
    Parallel.threads = 0
    #expect(Parallel.threads == 1)
  }

  @Test("Convolutions give the same bytes for any number of threads")
  func convolution() {
    for (c, o, size, kernel, stride) in [
      (17, 33, 9, 3, 1), (64, 130, 48, 3, 1), (32, 65, 47, 3, 2),
    ] {
      let x = Tensor.sample([2, c, size, size])
      let weight = ConvolutionWeight(.sample([o, c, kernel, kernel], seed: 2))
      Self.expectSameBits("\(c) to \(o) channels of \(size) pixels") {
        x.convolution(weight, stride: stride, padding: kernel / 2)
      }
    }
  }

  @Test("Up-convolutions give the same bytes for any number of threads")
  func upConvolution() {
    for (c, o, size) in [(17, 33, 9), (32, 70, 40)] {
      let x = Tensor.sample([2, c, size, size]), styles = Tensor.sample([2, c], seed: 3)
      let weight = ConvolutionWeight(.sample([o, c, 3, 3], seed: 2), transposed: true)
      let noise = Tensor.sample([1, 1, 2 * size, 2 * size], seed: 5)
      Self.expectSameBits("\(c) to \(o) channels of \(size) pixels") {
        x.modulatedConvolution(
          weight, styles: styles, up: ResampleFilter([1, 3, 3, 1]),
          epilogue: Epilogue(activation: .lrelu, noise: noise))
      }
    }
  }

  @Test("Linear layers give the same bytes for any number of threads")
  func linear() {
    for (samples, inputs, outputs) in [(1, 512, 512), (7, 129, 300), (64, 512, 257)] {
      let x = Tensor.sample([samples, inputs]), weight = Tensor.sample([outputs, inputs], seed: 2)
      Self.expectSameBits("\(samples) × \(inputs) to \(outputs)") { x.linear(weight) }
    }
  }

  @Test("Operations called from several threads at once do not meet")
  func concurrentCalls() async {
    let x = Tensor.sample([1, 16, 24, 24]), styles = Tensor.sample([1, 16], seed: 3)
    let weight = ConvolutionWeight(.sample([24, 16, 3, 3], seed: 2), transposed: true)
    let expected = x.modulatedConvolution(weight, styles: styles, up: ResampleFilter([1, 3, 3, 1]))
      .bits
    await withTaskGroup(of: Digest.self) { group in
      for _ in 0..<8 {
        group.addTask {
          x.modulatedConvolution(weight, styles: styles, up: ResampleFilter([1, 3, 3, 1])).bits
        }
      }
      for await bits in group { #expect(bits == expected) }
    }
  }
}
