import Foundation
import Networks
import Tensors

/// A guess of w from a picture: a linear map of perceptual features, fitted by ridge regression to
/// pictures that the network made itself.
///
/// It is no inversion, but a better place to start one from than the mean.
public struct LatentEncoder: Sendable {
  /// The mean of the features that it was fitted to, `[features]`.
  public let featureMean: Tensor
  /// What features are multiplied by after the mean is taken off, `[features]`.
  public let featureScale: Tensor
  /// The map, `[wDim, features]`.
  public let weights: Tensor
  /// The mean of the latents that it was fitted to, `[wDim]`.
  public let latentMean: Tensor

  /// The side that pictures are brought to before features are taken.
  static let side = 256
  /// Features are averaged over a grid of so many cells a side.
  static let grid = 4

  /// An encoder of stored parts; throws where their shapes do not fit each other.
  public init(
    featureMean: Tensor, featureScale: Tensor, weights: Tensor, latentMean: Tensor
  ) throws {
    guard weights.shape.rank == 2, latentMean.shape == [weights.shape[0]],
      featureMean.shape == [weights.shape[1]], featureScale.shape == featureMean.shape
    else {
      throw EditingError.unsupported(
        reason: "the parts of the encoder do not fit each other: \(featureMean.shape), "
          + "\(featureScale.shape), \(weights.shape), \(latentMean.shape).")
    }
    (self.featureMean, self.featureScale) = (featureMean, featureScale)
    (self.weights, self.latentMean) = (weights, latentMean)
  }

  /// The features of pictures `[N, C, H, W]` with values in [-1, 1], `[N, features]`: the third and the
  /// last tap of the distance's trunk at 256 pixels, averaged over 4×4 cells.
  public static func features(of pictures: Tensor, _ distance: LPIPS) -> Tensor {
    let taps = distance.features(resized(pictures))
    let parts = [taps[min(2, taps.count - 1)], taps[taps.count - 1]].map(cellMeans)
    let width = parts.reduce(0) { $0 + $1.shape[1] }
    return Tensor.concatenated(
      (0..<pictures.shape[0]).map { n in
        Tensor.concatenated(parts.map { $0.row(n) }).reshaped([1, width])
      })
  }

  /// The guess for pictures `[N, C, H, W]` with values in [-1, 1]: `[N, wDim]`.
  public func latents(of pictures: Tensor, _ distance: LPIPS) throws -> Tensor {
    let features = Self.features(of: pictures, distance)
    guard features.shape[1] == featureMean.count else {
      throw EditingError.unsupported(
        reason: "the encoder was fitted to other features: \(featureMean.count) instead of "
          + "\(features.shape[1]). Fit it again.")
    }
    return guess(features)
  }

  /// w of features `[N, features]`.
  package func guess(_ features: Tensor) -> Tensor {
    let width = featureMean.count
    let scaled = Tensor(uninitialized: features.shape) { result in
      features.withUnsafeBuffer { x in
        featureMean.withUnsafeBuffer { mean in
          featureScale.withUnsafeBuffer { scale in
            for i in result.indices { result[i] = (x[i] - mean[i % width]) * scale[i % width] }
          }
        }
      }
    }
    return scaled.linear(weights, epilogue: Epilogue(bias: latentMean))
  }

  /// Pictures at the side that features are taken at: whole pixels averaged where that is possible.
  package static func resized(_ pictures: Tensor) -> Tensor {
    let (height, width) = (pictures.shape[2], pictures.shape[3])
    if height == side && width == side { return pictures }
    if height == width, height > side, height % side == 0 {
      return pictures.averagePooled(kernel: height / side, stride: height / side)
    }
    return pictures.bilinearResized(height: side, width: side)
  }

  /// The means over cells of `[N, C, H, W]`: `[N, C · grid²]`.
  private static func cellMeans(_ x: Tensor) -> Tensor {
    let (samples, channels, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    func cell(_ index: Int, _ count: Int) -> Range<Int> {
      index * count / grid..<max((index + 1) * count / grid, index * count / grid + 1)
    }
    return Tensor(uninitialized: [samples, channels * grid * grid]) { means in
      x.withUnsafeBuffer { x in
        for plane in 0..<samples * channels {
          for row in 0..<grid {
            for column in 0..<grid {
              var sum: Float = 0
              let (rows, columns) = (cell(row, height), cell(column, width))
              for y in rows {
                for i in columns { sum += x[(plane * height + min(y, height - 1)) * width + i] }
              }
              means[(plane * grid + row) * grid + column] = sum / Float(rows.count * columns.count)
            }
          }
        }
      }
    }
  }
}
