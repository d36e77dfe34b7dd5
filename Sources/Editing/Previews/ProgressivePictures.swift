import Imaging
import Networks
import Tensors

/// A picture in growing sizes; a sequence for those who wait, and an asynchronous one that ends when
/// its task is cancelled.
public struct ProgressivePictures: Sequence, AsyncSequence, Sendable {
  /// A picture.
  public typealias Element = Image

  let generator: any Generator
  let ws: Tensor
  let settings: SynthesisSettings
  let regions: [SynthesisRegion]
  let colours: [PreviewColours]
  let cache: ActivationCache?
  let keys: ActivationKeys?

  /// Goes through the layers from picture to picture.
  public struct Iterator: IteratorProtocol {
    private let pictures: ProgressivePictures
    private var state: SynthesisState?
    private var colours: ArraySlice<PreviewColours>

    fileprivate init(_ pictures: ProgressivePictures) {
      self.pictures = pictures
      let kept = pictures.keys.flatMap { pictures.cache?.deepest($0) }
      let state = kept ?? pictures.generator.beginning(pictures.ws)
      self.state = state
      colours = pictures.colours.filter { $0.point.depth >= state.depth }[...]
    }

    /// The next picture; `nil` after the whole one.
    public mutating func next() -> Image? {
      guard var state else { return nil }
      let generator = pictures.generator
      while let map = colours.popFirst() {
        Tensor.withTightMemory { advance(&state, to: map.point.depth) }
        keep(state)
        guard let picture = map.pictures(of: state) else { continue }
        self.state = state
        return Image(picture)
      }
      self.state = nil
      advance(&state, to: generator.layers.count)
      return Image(generator.picture(of: state, pictures.settings))
    }

    private func advance(_ state: inout SynthesisState, to depth: Int) {
      pictures.generator.advance(
        &state, to: depth, pictures.ws, pictures.settings, regions: pictures.regions)
    }

    private func keep(_ state: SynthesisState) {
      guard let cache = pictures.cache, let keys = pictures.keys,
        state.bytes <= cache.limit / 4
      else { return }
      cache.keep(state, as: keys.digests[state.depth])
    }
  }

  /// Goes through the layers from picture to picture while its task is not cancelled.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate var pictures: Iterator

    /// The next picture; throws `CancellationError` when the task was cancelled.
    public mutating func next() async throws -> Image? {
      try Task.checkCancellation()
      return pictures.next()
    }
  }

  /// Begins with the smallest picture.
  public func makeIterator() -> Iterator { Iterator(self) }

  /// Begins with the smallest picture.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(pictures: Iterator(self)) }
}
