import Tensors

/// A label map: the class of every pixel.
public struct LabelMap: Sendable, Hashable {
  /// The classes, a number a pixel.
  public var map: IntegerMap

  /// A label map from its numbers.
  public init(_ map: IntegerMap) { self.map = map }

  /// The number of columns.
  public var width: Int { map.width }

  /// The number of rows.
  public var height: Int { map.height }

  /// One-hot channels `[1, C, H, W]`: channel c is 1 where the label is c, else 0 (torch's
  /// `scatter_` along the channels).
  ///
  /// Throws ``ImagingError/notAMap(name:reason:)`` for a label that has no class, naming the first
  /// place.
  ///
  /// - Parameters:
  ///   - classes: The number of classes (`label_nc`).
  ///   - unknown: The label of pixels of no class, such as SPADE's 255: they get one more channel,
  ///     number `classes`, so that C = classes + 1. With `nil` there is none, and C = classes.
  public func oneHot(classes: Int, unknown: Int32? = nil) throws(ImagingError) -> Tensor {
    precondition(classes > 0, "one-hot channels for \(classes) classes")
    let channels = classes + (unknown == nil ? 0 : 1)
    try check(classes: classes, except: unknown)
    let count = map.values.count
    return Tensor(uninitialized: [1, channels, height, width]) { target in
      target.update(repeating: 0)
      for (i, label) in map.values.enumerated() {
        target[(label == unknown ? classes : Int(label)) * count + i] = 1
      }
    }
  }

  /// Throws ``ImagingError/notAMap(name:reason:)`` unless every label but `except` is below
  /// `classes`.
  public func check(
    classes: Int, except: Int32? = nil, named name: String = "the label map"
  ) throws(ImagingError) {
    guard let bad = map.values.firstIndex(where: { $0 >= classes && $0 != except }) else { return }
    throw .notAMap(
      name: name,
      reason:
        "label \(map.values[bad]) at (\(bad % width), \(bad / width)) has no class: there are "
        + "\(classes), 0 to \(classes - 1)")
  }

  /// An instance map where none is given: every connected piece of the `things` becomes an object,
  /// every other class stays one.
  ///
  /// Pieces touch along sides, not corners. Object k of class c has the id c · 1000 + k, counted from
  /// 0 in raster order of the first pixels, as Cityscapes has them; all pixels of other classes have
  /// the class for an id. Throws ``ImagingError/notAMap(name:reason:)`` for more than 1,000 pieces of
  /// one class, and for class 0 as a thing, whose ids would be those of other classes.
  public func instances(of things: Set<Int32>) throws(ImagingError) -> InstanceMap {
    if things.contains(0) {
      throw .notAMap(name: "the label map", reason: "class 0 cannot have objects of its own")
    }
    var ids = map
    var next: [Int32: Int32] = [:]
    var isSeen = map.values.map { !things.contains($0) }
    for start in 0..<isSeen.count where !isSeen[start] {
      let label = map.values[start]
      let number = next[label, default: 0]
      guard number < 1000 else {
        throw .notAMap(
          name: "the label map", reason: "class \(label) has more than 1000 separate pieces")
      }
      next[label] = number + 1
      let piece = map.piece(at: start)
      ids.withMutableValues { values in
        for i in piece {
          isSeen[i] = true
          values[i] = label * 1000 + number
        }
      }
    }
    return InstanceMap(ids)
  }
}
