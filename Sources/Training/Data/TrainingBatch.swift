import Imaging
import Tensors

/// One picture to train on, with its maps where the data have any.
public struct TrainingSample: Sendable {
  /// The picture, RGB.
  public let picture: Image
  /// The class of every pixel.
  public let labels: LabelMap?
  /// The object of every pixel.
  public let instances: InstanceMap?
  /// What is known of the picture, as numbers by name.
  public let attributes: [String: Double]?

  /// A sample; maps have the picture's size.
  public init(
    picture: Image, labels: LabelMap? = nil, instances: InstanceMap? = nil,
    attributes: [String: Double]? = nil
  ) {
    (self.picture, self.labels, self.instances) = (picture, labels, instances)
    self.attributes = attributes
  }
}

/// The samples of one step.
public struct TrainingBatch: Sendable {
  /// The samples, all of one size.
  public let samples: [TrainingSample]

  /// A batch of at least one sample.
  public init(_ samples: [TrainingSample]) {
    precondition(!samples.isEmpty, "an empty batch")
    self.samples = samples
  }

  /// How many there are.
  public var count: Int { samples.count }

  /// The pictures as `[N, C, H, W]` in [-1, 1]: sample / 127.5 − 1.
  public var pictures: Tensor { .concatenated(samples.map { $0.picture.tensor() }) }
}
