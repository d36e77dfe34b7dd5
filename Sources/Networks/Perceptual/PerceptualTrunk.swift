/// The classification networks whose features LPIPS compares, as sequences of steps.
///
/// Indices are those of torchvision's `features`; activations (always ReLU) have their own there.
public enum PerceptualTrunk: String, Codable, Sendable, CaseIterable {
  /// AlexNet (Krizhevsky, arXiv 1404.5997): five convolutions.
  case alex
  /// VGG16 (Simonyan and Zisserman, arXiv 1409.1556): thirteen convolutions of 3×3.
  case vgg
  /// SqueezeNet 1.1 (Iandola et al., arXiv 1602.07360): one convolution and eight fire modules.
  case squeeze

  /// One step of a trunk.
  enum Step: Hashable, Sendable {
    /// A convolution with bias and ReLU.
    case convolution(index: Int, kernel: Int, stride: Int, padding: Int)
    /// A fire module: 1×1 down, then 1×1 and 3×3 side by side, each with bias and ReLU.
    case fire(index: Int)
    /// Max pooling without padding.
    case pool(window: Int, roundsUp: Bool)
    /// Features are taken here.
    case tap
  }

  /// The steps, in order.
  var steps: [Step] {
    switch self {
    case .alex:
      [
        .convolution(index: 0, kernel: 11, stride: 4, padding: 2), .tap,
        .pool(window: 3, roundsUp: false),
        .convolution(index: 3, kernel: 5, stride: 1, padding: 2), .tap,
        .pool(window: 3, roundsUp: false),
        .convolution(index: 6, kernel: 3, stride: 1, padding: 1), .tap,
        .convolution(index: 8, kernel: 3, stride: 1, padding: 1), .tap,
        .convolution(index: 10, kernel: 3, stride: 1, padding: 1), .tap,
      ]
    case .vgg:
      [[0, 2], [5, 7], [10, 12, 14], [17, 19, 21], [24, 26, 28]].enumerated().flatMap {
        block, indices in
        (block > 0 ? [Step.pool(window: 2, roundsUp: false)] : [])
          + indices.map { .convolution(index: $0, kernel: 3, stride: 1, padding: 1) } + [.tap]
      }
    case .squeeze:
      [
        .convolution(index: 0, kernel: 3, stride: 2, padding: 0), .tap,
        .pool(window: 3, roundsUp: true), .fire(index: 3), .fire(index: 4), .tap,
        .pool(window: 3, roundsUp: true), .fire(index: 6), .fire(index: 7), .tap,
        .pool(window: 3, roundsUp: true), .fire(index: 9), .tap, .fire(index: 10), .tap,
        .fire(index: 11), .tap, .fire(index: 12), .tap,
      ]
    }
  }

  /// The number of places where features are taken.
  var taps: Int { steps.count { $0 == .tap } }

  /// The smallest side of pictures that leaves something at every step.
  var smallestSide: Int {
    switch self {
    case .alex: 31
    case .vgg: 16
    case .squeeze: 25
    }
  }

  /// The layers with weights in order: the index, and the parts of a fire module or `nil`.
  var layers: [(index: Int, part: String?)] {
    steps.flatMap { step -> [(index: Int, part: String?)] in
      switch step {
      case .convolution(let index, _, _, _): [(index, nil)]
      case .fire(let index):
        ["squeeze", "expand1x1", "expand3x3"].map { (index, $0) }
      case .pool, .tap: []
      }
    }
  }

  /// The name of a layer in LPIPS's own state dictionaries, such as `net.slice2.3`: slices end
  /// where features are taken.
  func name(index: Int, part: String?) -> String {
    var slice = 1
    for step in steps {
      switch step {
      case .tap: slice += 1
      case .convolution(index, _, _, _), .fire(index):
        return "net.slice\(slice).\(index)" + (part.map { ".\($0)" } ?? "")
      default: break
      }
    }
    return "net.\(index)"
  }
}
