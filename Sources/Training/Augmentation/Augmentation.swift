import Foundation
import Tensors

/// The augmentations of stylegan2-ada-pytorch at given parameters: geometric ones through a wavelet
/// filter and bilinear sampling, then colours. Linear in the picture, with gradients of any order.
public struct Augmentation: Sendable {
  /// What happens to one picture; the standards leave it as it is.
  public struct Parameters: Sendable, Hashable {
    /// Whether left and right are exchanged.
    public var isMirrored = false
    /// Quarter turns, 0 to 3.
    public var quarters = 0
    /// Whole pixels to the right and down.
    public var shift = (x: 0, y: 0)
    /// Zoom.
    public var scale = 1.0
    /// The turn before stretching, in radians.
    public var firstTurn = 0.0
    /// Stretch along x, and its inverse along y.
    public var stretch = 1.0
    /// The turn after stretching, in radians.
    public var secondTurn = 0.0
    /// Shares of width and height to the right and down.
    public var fraction = (x: 0.0, y: 0.0)
    /// What is added to the colours.
    public var brightness = 0.0
    /// What colours are multiplied by.
    public var contrast = 1.0
    /// Whether light and dark are exchanged.
    public var isLumaFlipped = false
    /// The turn of the colours around grey, in radians.
    public var hue = 0.0
    /// What the distance from grey is multiplied by.
    public var saturation = 1.0

    /// A picture left as it is.
    public init() {}

    /// Equal if all numbers are.
    public static func == (a: Parameters, b: Parameters) -> Bool { a.numbers == b.numbers }

    /// Feeds all numbers.
    public func hash(into hasher: inout Hasher) { hasher.combine(numbers) }

    private var numbers: [Double] {
      [
        isMirrored ? 1 : 0, Double(quarters), Double(shift.x), Double(shift.y), scale, firstTurn,
        stretch, secondTurn, fraction.x, fraction.y, brightness, contrast, isLumaFlipped ? 1 : 0,
        hue, saturation,
      ]
    }
  }

  private let samples: [Parameters]
  private let isGeometric: Bool
  private let isColoured: Bool

  /// Given parameters, one set a picture. Where no picture moves (or changes colour), nothing of that
  /// kind is computed, unless `isGeometric` says so.
  public init(_ samples: [Parameters], isGeometric: Bool = false) {
    self.samples = samples
    self.isGeometric = isGeometric || samples.contains { $0.place(1, 1) != .identity }
    isColoured = samples.contains { ColourMap($0) != ColourMap(Parameters()) }
  }

  /// Random parameters for `count` pictures of `height` × `width`, each kind with `probability`.
  init(
    _ options: AugmentationOptions, probability: Double, count: Int, height: Int, width: Int,
    _ draws: inout RandomState
  ) {
    let kinds = Set(options.kinds)
    var samples: [Parameters] = []
    for _ in 0..<count {
      var sample = Parameters()
      // Every kind draws its numbers whether it is applied or not.
      func applies(_ kind: AugmentationOptions.Kind, _ chance: Double) -> Bool {
        let drawn = draws.uniform()
        return kinds.contains(kind) && drawn < chance
      }
      let isMirrored = draws.uniform() < 0.5
      if applies(.mirror, probability) { sample.isMirrored = isMirrored }
      let quarters = Int(draws.uniform(0, 4))
      if applies(.quarters, probability) { sample.quarters = quarters }
      let shift = (draws.uniform(-0.125, 0.125), draws.uniform(-0.125, 0.125))
      if applies(.translate, probability) {
        sample.shift = (
          Int((shift.0 * Double(width)).rounded(.toNearestOrEven)),
          Int((shift.1 * Double(height)).rounded(.toNearestOrEven))
        )
      }
      let scale = exp2(draws.normal(0, 0.2))
      if applies(.scale, probability) { sample.scale = scale }
      // Two turns, each with the probability that lets one of them happen with `probability`.
      let turn = 1 - max(1 - probability, 0).squareRoot()
      let first = draws.uniform(-.pi, .pi)
      if applies(.rotate, turn) { sample.firstTurn = first }
      let stretch = exp2(draws.normal(0, 0.2))
      if applies(.stretch, probability) { sample.stretch = stretch }
      let second = draws.uniform(-.pi, .pi)
      if applies(.rotate, turn) { sample.secondTurn = second }
      let fraction = (draws.normal(0, 0.125), draws.normal(0, 0.125))
      if applies(.fraction, probability) { sample.fraction = fraction }
      let brightness = draws.normal(0, 0.2)
      if applies(.brightness, probability) { sample.brightness = brightness }
      let contrast = exp2(draws.normal(0, 0.5))
      if applies(.contrast, probability) { sample.contrast = contrast }
      let isFlipped = draws.uniform() < 0.5
      if applies(.luma, probability) { sample.isLumaFlipped = isFlipped }
      let hue = draws.uniform(-.pi, .pi)
      if applies(.hue, probability) { sample.hue = hue }
      let saturation = exp2(draws.normal(0, 1))
      if applies(.saturation, probability) { sample.saturation = saturation }
      samples.append(sample)
    }
    self.init(samples)
  }

  /// Pictures `[N, 1 or 3, H, W]`, one a set of parameters.
  public func callAsFunction(_ images: Tensor) -> Tensor {
    precondition(
      images.shape.rank == 4 && images.shape[0] == samples.count,
      "\(samples.count) sets of parameters for \(images.shape)")
    let placed = isGeometric ? geometric(images) : images
    return isColoured ? coloured(placed) : placed
  }

  /// The wavelet sym6, twelve taps.
  private static let wavelet: [Float] = [
    0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633,
    0.4910559419267466, 0.787641141030194, 0.3379294217276218, -0.07263752278646252,
    -0.021060292512300564, 0.04472490177066578, 0.0017677118642428036, -0.007800708325034148,
  ]

  private func geometric(_ images: Tensor) -> Tensor {
    let (height, width) = (images.shape[2], images.shape[3])
    var maps = samples.map { $0.place(Double(width), Double(height)) }
    let padding = margins(maps, height: height, width: width)
    let offset = PlaneMap.translation(
      Double(padding.left - padding.right) / 2, Double(padding.top - padding.bottom) / 2)
    maps = maps.map { map in
      let doubled = PlaneMap.scale(2, 2) * (offset * map) * .scale(0.5, 0.5)
      return .translation(-0.5, -0.5) * doubled * .translation(0.5, 0.5)
    }
    let filter = ResampleFilter(Self.wavelet)
    return images.reflectionPadded(padding)
      .upfirdn(filter, up: (2, 2), padding: .upsampling2(filter), gain: 4)
      .sampled(through: maps, height: 2 * (height + 6), width: 2 * (width + 6))
      .upfirdn(filter, down: (2, 2), padding: Padding(before: -1, after: -1), flipFilter: true)
  }

  /// How far the maps reach beyond the pictures, with room for the filter; one for the whole batch.
  private func margins(_ maps: [PlaneMap], height: Int, width: Int) -> Padding {
    let (cx, cy) = (Double(width - 1) / 2, Double(height - 1) / 2)
    var reach = (left: -Double.infinity, right: -Double.infinity, top: -Double.infinity)
    var bottom = -Double.infinity
    for map in maps {
      for (x, y) in [(-cx, -cy), (cx, -cy), (cx, cy), (-cx, cy)] {
        let place = map(x, y)
        reach = (max(reach.left, -place.x), max(reach.right, place.x), max(reach.top, -place.y))
        bottom = max(bottom, place.y)
      }
    }
    func margin(_ reach: Double, _ half: Double, _ side: Int) -> Int {
      Int(min(max(reach + 6 - half, 0), Double(side - 1)).rounded(.up))
    }
    return Padding(
      left: margin(reach.left, cx, width), right: margin(reach.right, cx, width),
      top: margin(reach.top, cy, height), bottom: margin(bottom, cy, height))
  }

  private func coloured(_ images: Tensor) -> Tensor {
    let maps = samples.map { ColourMap($0) }, channels = images.shape[1]
    func column(_ value: (ColourMap) -> Double) -> Tensor {
      Tensor(maps.map { Float(value($0)) }, shape: [maps.count, 1, 1, 1])
    }
    guard channels == 3 else {
      precondition(channels == 1, "colours of \(channels) channels")
      // Grey counts as three equal colours, of which the mean is taken.
      return images * column { map in (0..<9).reduce(0) { $0 + map.matrix[$1] } / 3 }
        + column { map in (map.offset[0] + map.offset[1] + map.offset[2]) / 3 }
    }
    let planes = (0..<3).map { images.channels($0..<$0 + 1) }
    return .concatenatedChannels(
      (0..<3).map { row in
        (0..<3).reduce(column { $0.offset[row] }.broadcast(to: planes[0].shape)) { sum, k in
          sum + planes[k] * column { $0.matrix[row * 3 + k] }
        }
      })
  }
}

extension Augmentation.Parameters {
  /// From a place of the result to the place that is seen there, in pixels from the middle.
  fileprivate func place(_ width: Double, _ height: Double) -> PlaneMap {
    var map = PlaneMap.identity
    if isMirrored { map = map * .scale(-1, 1) }
    if quarters % 4 != 0 { map = map * .rotation(.pi / 2 * Double(quarters)) }
    if shift != (0, 0) { map = map * .translation(-Double(shift.x), -Double(shift.y)) }
    if scale != 1 { map = map * .scale(1 / scale, 1 / scale) }
    if firstTurn != 0 { map = map * .rotation(firstTurn) }
    if stretch != 1 { map = map * .scale(1 / stretch, stretch) }
    if secondTurn != 0 { map = map * .rotation(secondTurn) }
    if fraction != (0, 0) {
      map = map * .translation(-fraction.x * width, -fraction.y * height)
    }
    return map
  }
}
