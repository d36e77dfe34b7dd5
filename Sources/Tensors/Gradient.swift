/// The value of a scalar function and its gradient with respect to one tensor.
///
/// - Parameters:
///   - x: Where the gradient is taken, any shape.
///   - function: Made of operations of `Tensors`; its result has one element.
public func valueWithGradient(
  at x: Tensor, _ function: (Tensor) throws -> Tensor
) rethrows -> (value: Tensor, gradient: Tensor) {
  let (value, gradients) = try valueWithGradient(at: [x]) { try function($0[0]) }
  return (value, gradients[0])
}

/// The value of a scalar function of several tensors and its gradients with respect to each.
///
/// - Parameters:
///   - xs: Where the gradients are taken, any shapes.
///   - function: Made of operations of `Tensors`; its result has one element.
/// - Returns: The value without a tape, and a gradient of the shape of each tensor (zeros for a
///   tensor that the result does not depend on).
public func valueWithGradient(
  at xs: [Tensor], _ function: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor]) {
  let inputs = xs.map { $0.detached.tracked() }
  let value = try function(inputs)
  return (value.detached, gradient(of: value, withRespectTo: inputs))
}

/// The gradients of `y` with respect to tensors that it was computed from.
///
/// Without `isTracked` the tape is used up: what its operations kept is released as the sweep goes
/// back, and a second sweep over the same operations is the caller's error.
///
/// - Parameters:
///   - y: A result; of one element unless `seed` is given.
///   - inputs: Tracked tensors on the way to `y`: leaves made by ``Tensor/tracked()``, or
///     intermediate results.
///   - seed: What the sweep starts from, of `y`'s shape: the result is the gradient of Σ y · seed.
///   - isTracked: Whether the gradients are tracked themselves, for gradients of gradients.
///   - keepsTape: Whether the tape stays for another sweep; always so for tracked gradients.
/// - Returns: A gradient of the shape of each input, zeros where `y` does not depend on it.
public func gradient(
  of y: Tensor, withRespectTo inputs: [Tensor], seed: Tensor? = nil, isTracked: Bool = false,
  keepsTape: Bool = false
) -> [Tensor] {
  if let seed {
    precondition(seed.shape == y.shape, "a seed of shape \(seed.shape) for \(y.shape)")
  } else {
    precondition(y.count == 1, "the gradient of a tensor of shape \(y.shape) needs a seed")
  }
  let targets = inputs.map { input in
    guard let record = input.record else {
      preconditionFailure("gradient with respect to a tensor that is not tracked")
    }
    return record
  }
  let seed = seed ?? Tensor(repeating: 1, shape: y.shape)
  let found: [Tensor?] =
    if isTracked {
      OperationRecord.sweep(from: y.record, seed, to: targets, keepsTape: true)
    } else {
      Tape.withoutRecording {
        OperationRecord.sweep(from: y.record, seed.detached, to: targets, keepsTape: keepsTape)
      }
    }
  return zip(found, inputs).map { $0 ?? Tensor(zeros: $1.shape) }
}

/// Whether operations are written down.
///
/// The tape has no place of its own: every tracked tensor holds the record of the operation that
/// made it, and a record those of its inputs, so that what nobody needs any more goes by itself.
package enum Tape {
  @TaskLocal private static var isPaused = false

  /// Runs `body` with nothing written down: its results are not tracked.
  package static func withoutRecording<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $isPaused.withValue(true) { try body() }
  }

  /// Runs `body` with operations on tracked tensors written down, whatever the caller does.
  package static func recording<Result>(_ body: () throws -> Result) rethrows -> Result {
    try $isPaused.withValue(false) { try body() }
  }

  /// Whether an operation on these tensors is written down: without tracked ones, a comparison
  /// with `nil` is all that is paid.
  package static func records(
    _ a: Tensor?, _ b: Tensor? = nil, _ c: Tensor? = nil, _ d: Tensor? = nil, _ e: Tensor? = nil,
    _ f: Tensor? = nil
  ) -> Bool {
    guard
      a?.record != nil || b?.record != nil || c?.record != nil || d?.record != nil
        || e?.record != nil || f?.record != nil
    else { return false }
    return !isPaused
  }
}

extension Tensor {
  /// The same elements as the start of a tape: what is computed from the result is written down.
  public func tracked() -> Tensor { with(OperationRecord(inputs: [], pullback: nil)) }

  /// The same elements without a tape.
  public var detached: Tensor { with(nil) }

  /// Whether operations on this tensor are written down.
  public var isTracked: Bool { record != nil }

  /// The same elements as a result of `inputs`.
  ///
  /// - Parameters:
  ///   - inputs: What it was computed from.
  ///   - pullback: Takes the gradient with respect to the result, and of each input whether its
  ///     gradient is asked for, to the gradients with respect to the inputs (anything, such as
  ///     `nil`, where it is not). Written in operations of `Tensors`, it has gradients itself. It
  ///     must not hold the result: see ``recorded(from:withResult:)``.
  package func recorded(
    from inputs: [Tensor?],
    _ pullback: @escaping (_ gradient: Tensor, _ isNeeded: [Bool]) -> [Tensor?]
  ) -> Tensor {
    guard inputs.contains(where: { Tape.records($0) }) else { return self }
    return with(
      OperationRecord(inputs: inputs.map { $0?.record }) { _, gradient, isNeeded in
        pullback(gradient, isNeeded)
      })
  }

  /// As ``recorded(from:_:)`` for a pullback that reads the result, which it is given first.
  package func recorded(
    from inputs: [Tensor?],
    withResult pullback:
      @escaping (
        _ result: Tensor, _ gradient: Tensor, _ isNeeded: [Bool]
      ) -> [Tensor?]
  ) -> Tensor {
    guard inputs.contains(where: { Tape.records($0) }) else { return self }
    // A record that held its own result would never go.
    let result = detached
    return with(
      OperationRecord(inputs: inputs.map { $0?.record }) { record, gradient, isNeeded in
        pullback(result.with(record), gradient, isNeeded)
      })
  }
}

/// One operation on the tape: the records of its inputs, and how gradients go back to them.
///
/// Changed by the sweep alone, which runs on the thread that owns the tape.
final class OperationRecord: @unchecked Sendable {
  typealias Pullback = (OperationRecord, Tensor, [Bool]) -> [Tensor?]

  private var inputs: [OperationRecord?]
  private var pullback: Pullback?
  private let isLeaf: Bool
  /// One more than the largest of the inputs, so that records sort by what depends on what.
  private let depth: Int

  init(inputs: [OperationRecord?], pullback: Pullback?) {
    self.inputs = inputs
    self.pullback = pullback
    isLeaf = pullback == nil
    depth = 1 + (inputs.lazy.compactMap { $0?.depth }.max() ?? 0)
  }

  /// The gradients at `targets` of Σ y · seed, y being what `root` recorded.
  static func sweep(
    from root: OperationRecord?, _ seed: Tensor, to targets: [OperationRecord], keepsTape: Bool
  ) -> [Tensor?] {
    guard let root else { return targets.map { _ in nil } }
    let wanted = Set(targets.map(ObjectIdentifier.init))
    var order = root.ancestors().sorted { $0.depth < $1.depth }
    // A record that was used up has lost its inputs, so that gradients beyond it would be zeros.
    precondition(
      order.allSatisfy { !$0.isUsedUp || wanted.contains(ObjectIdentifier($0)) },
      "this tape was used up by an earlier sweep: keep it with keepsTape, or detach what it made")
    // Records that lead to no target are left out.
    var isUseful: Set<ObjectIdentifier> = []
    order.removeAll { record in
      let id = ObjectIdentifier(record)
      let leads = record.inputs.contains {
        $0.map { isUseful.contains(ObjectIdentifier($0)) } == true
      }
      if leads || wanted.contains(id) { isUseful.insert(id) }
      return !isUseful.contains(id)
    }
    var waiting = [ObjectIdentifier(root): seed]
    var found: [ObjectIdentifier: Tensor] = [:]
    while let record = order.popLast() {
      let id = ObjectIdentifier(record)
      guard let gradient = waiting.removeValue(forKey: id) else { continue }
      if wanted.contains(id) { found[id] = gradient }
      if record.isLeaf { continue }
      let isNeeded = record.inputs.map {
        $0.map { isUseful.contains(ObjectIdentifier($0)) } == true
      }
      guard isNeeded.contains(true) else { continue }
      let gradients = record.pull(gradient, isNeeded)
      for (input, gradient) in zip(record.inputs, gradients) {
        guard let input, let gradient, isUseful.contains(ObjectIdentifier(input)) else { continue }
        if var sum = waiting.removeValue(forKey: ObjectIdentifier(input)) {
          sum.add(gradient)
          waiting[ObjectIdentifier(input)] = sum
        } else {
          waiting[ObjectIdentifier(input)] = gradient
        }
      }
      if !keepsTape {
        record.pullback = nil
        record.inputs = []
      }
    }
    return targets.map { found[ObjectIdentifier($0)] }
  }

  /// Whether a sweep has gone through it and released what it kept.
  private var isUsedUp: Bool { !isLeaf && pullback == nil }

  private func pull(_ gradient: Tensor, _ isNeeded: [Bool]) -> [Tensor?] {
    guard let pullback else { preconditionFailure("a record without a pullback is a leaf") }
    return pullback(self, gradient, isNeeded)
  }

  /// This record and all that it depends on.
  private func ancestors() -> [OperationRecord] {
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(self)]
    var all = [self], next = 0
    while next < all.count {
      for case let input? in all[next].inputs where seen.insert(ObjectIdentifier(input)).inserted {
        all.append(input)
      }
      next += 1
    }
    return all
  }
}
