import Tensors

/// A synthesis between two layers: everything that the layers after it need from those before.
///
/// It is a value, so one may be kept and gone on from any number of times, with other rows of W+
/// for the layers to come, and two may be blended. Going on gives the same bytes as a synthesis
/// that was never interrupted.
public struct SynthesisState: Sendable {
  /// How many layers of ``Generator/layers`` have worked.
  public internal(set) var depth = 0
  /// What the last layer passes on: `[N, C, H, W]`.
  public var features: Tensor
  /// The picture so far, in families that sum one up: `[N, colours, H, W]`. Its side may be smaller
  /// than that of the features until the next projection to colours.
  public var image: Tensor?
  /// What a residual block has begun with, while its layers work: `[N, C, H/2, W/2]`.
  public var shortcut: Tensor?
  /// The part of the whole features that is at hand; `nil` for all of them.
  var window: PixelBox?
  /// The side of the whole features, where a window shows a part.
  var windowSide = 0
  /// Where the random noise stands.
  var noise = NoiseSupply(.const)

  /// The state before the first layer.
  package init(features: Tensor) { self.features = features }

  /// The pictures in the batch.
  public var samples: Int { features.shape[0] }

  /// The memory that it keeps, in bytes.
  public var bytes: Int {
    features.memoryBytes + (image?.memoryBytes ?? 0) + (shortcut?.memoryBytes ?? 0)
  }
}

/// Is shown the results of layers under their official names.
package typealias SynthesisObserver = (_ name: String, _ value: Tensor) -> Void

extension Generator {
  /// The synthesis network: W+ `[N, rows, wDim]` → pictures `[N, C, H, W]`, about -1 to 1.
  public func synthesis(_ ws: Tensor, _ settings: SynthesisSettings) -> Tensor {
    synthesis(resuming: beginning(ws), ws, settings)
  }

  /// Goes on with a synthesis to its end.
  ///
  /// What the layers before `state` have read of W+ and settings is not asked for again: it is the
  /// caller who knows that it is the same, or means it to differ. Noise that is random goes on where
  /// it stood.
  ///
  /// - Parameters:
  ///   - state: From ``beginning(_:)``, or kept from an earlier synthesis.
  ///   - ws: W+ `[N, rows, wDim]`, N that of the state.
  ///   - settings: Noise and the rest.
  ///   - afterLayer: May keep or change the state after every layer.
  public func synthesis(
    resuming state: SynthesisState, _ ws: Tensor, _ settings: SynthesisSettings,
    afterLayer: (inout SynthesisState) -> Void = { _ in }
  ) -> Tensor {
    var state = state
    advance(&state, to: layers.count, ws, settings, afterLayer: afterLayer)
    return picture(of: state, settings)
  }

  /// The state before the first layer, for W+ `[N, rows, wDim]`.
  public func beginning(_ ws: Tensor) -> SynthesisState {
    check(ws)
    return beginning(samples: ws.shape[0])
  }

  /// Lets the layers from `state.depth` up to (but not with) `depth` work; see
  /// ``synthesis(resuming:_:_:afterLayer:)``.
  public func advance(
    _ state: inout SynthesisState, to depth: Int, _ ws: Tensor, _ settings: SynthesisSettings,
    afterLayer: (inout SynthesisState) -> Void = { _ in }
  ) {
    advance(&state, to: depth, ws, settings, observe: { _, _ in }, afterLayer: afterLayer)
  }

  /// The one loop over a network's layers.
  func advance(
    _ state: inout SynthesisState, to depth: Int, _ ws: Tensor, _ settings: SynthesisSettings,
    observe: SynthesisObserver, afterLayer: (inout SynthesisState) -> Void
  ) {
    check(ws)
    precondition(ws.shape[0] == state.samples, "\(ws.shape[0]) latents for \(state.samples) states")
    precondition(
      depth >= state.depth && depth <= layers.count,
      "cannot go from layer \(state.depth) to \(depth) of \(layers.count)")
    state.noise.adopt(settings.noise)
    while state.depth < depth {
      run(layer: state.depth, on: &state, ws, settings, observe: observe)
      state.depth += 1
      afterLayer(&state)
    }
  }
}

extension InspectableGenerator {
  /// Synthesis that hands every result on the way to `observe`.
  package func synthesis(
    _ ws: Tensor, _ settings: SynthesisSettings, observe: SynthesisObserver
  ) -> Tensor {
    var state = beginning(ws)
    advance(&state, to: layers.count, ws, settings, observe: observe, afterLayer: { _ in })
    return picture(of: state, settings)
  }
}
