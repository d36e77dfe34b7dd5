import Editing
import Imaging
import Networks
import Tensors

/// pix2pixHD's interactive window (`models/ui_model.py`) as its code defines it: features lie on
/// pixels, and one step can be undone.
///
/// Atelier's own sessions keep styles by instance; this is what reference cases are held against.
struct OfficialWindow {
  /// What one step may change.
  private struct State {
    var labels: [Int32]
    var instances: [Int32]
    var features: Tensor
  }

  private let height: Int
  private let width: Int
  private let clusters: StyleClusters
  private let generator: any SceneGenerator
  private var state: State
  private var previous: State
  /// The centre last given to a class.
  private(set) var chosen: [Int32: Int] = [:]
  /// The class styled last.
  private var styledClass: Int32 = 0

  /// Loads maps: every instance whose class has centres gets one, drawn with the seed id + 1.
  init(_ maps: SceneInput, clusters: StyleClusters, generator: any SceneGenerator) {
    (height, width) = (maps.height, maps.width)
    self.clusters = clusters
    self.generator = generator
    state = State(
      labels: maps.labels, instances: maps.instances ?? maps.labels,
      features: Tensor(zeros: [1, generator.size.features, maps.height, maps.width]))
    previous = state
    for id in Set(state.instances).sorted() {
      let label = InstanceMap.labelID(of: id)
      guard let count = clusters.centers[label]?.count else { continue }
      var random = RandomState(seed: UInt32(truncatingIfNeeded: Int(id) + 1))
      let index = random.integer(in: 0..<count)
      chosen[label] = index
      give(clusters.center(index, of: label), to: pixels(of: id))
    }
    previous = state
  }

  var labels: [Int32] { state.labels }
  var instances: [Int32] { state.instances }
  var features: Tensor { state.features }

  /// The picture.
  func picture() throws -> Tensor {
    try generator.synthesis(
      SceneInput(
        height: height, width: width, labels: state.labels, instances: state.instances),
      style: .features(state.features))
  }

  /// Gives the clicked instance a centre of its class.
  mutating func style(at click: (y: Int, x: Int), _ index: Int) {
    let id = state.instances[click.y * width + click.x]
    styledClass = InstanceMap.labelID(of: id)
    give(clusters.center(index, of: styledClass), to: pixels(of: id))
    chosen[styledClass] = index
  }

  /// Makes the instance at `source` one of the class at `target`.
  mutating func changeLabels(source: (y: Int, x: Int), target: (y: Int, x: Int)) {
    previous = state
    let indices = pixels(of: state.instances[source.y * width + source.x])
    let label = state.labels[target.y * width + target.x]
    var id = state.instances[target.y * width + target.x]
    if id > 1000 {
      id = (state.instances.filter { $0 > label * 1000 && $0 < (label + 1) * 1000 }.max() ?? id) + 1
    }
    for i in indices {
      state.labels[i] = label
      state.instances[i] = id
    }
    guard let first = state.instances.firstIndex(of: id) else { return }
    let plane = height * width
    give(
      (0..<generator.size.features).map { state.features.scalars[$0 * plane + first] }, to: indices)
  }

  /// Goes back to the state before the last change of the maps.
  mutating func undo() { state = previous }

  /// Paints a square of a class.
  mutating func addStrokes(at click: (y: Int, x: Int), label: Int32, side: Int) {
    previous = state
    var indices = Set<Int>()
    for i in 0..<side {
      for j in 0..<side {
        let y = min(height - 1, max(0, click.y - side / 2 + i))
        indices.insert(y * width + min(width - 1, max(0, click.x - side / 2 + j)))
      }
    }
    paint(Array(indices), label)
    give(clusters.center(chosen[label] ?? 0, of: label), to: Array(indices))
  }

  /// Paints the pixels of a mask, moved by the click, with a centre of the class styled last.
  mutating func addObject(
    at click: (y: Int, x: Int), label: Int32, mask: Tensor, _ index: Int
  ) {
    previous = state
    let wide = mask.shape[1]
    let indices = mask.scalars.enumerated().compactMap { place, value -> Int? in
      let (y, x) = (place / wide + click.y, place % wide + click.x)
      return value != 0 && y < height && x < width ? y * width + x : nil
    }
    paint(indices, label)
    give(clusters.center(index, of: styledClass), to: indices)
  }

  private mutating func paint(_ indices: [Int], _ label: Int32) {
    for i in indices {
      state.labels[i] = label
      state.instances[i] = label
    }
  }

  private func pixels(of id: Int32) -> [Int] {
    state.instances.indices.filter { state.instances[$0] == id }
  }

  private mutating func give(_ vector: [Float]?, to pixels: [Int]) {
    guard let vector else { return }
    let plane = height * width
    state.features.withUnsafeMutableBuffer { features in
      for (channel, value) in vector.enumerated() {
        for i in pixels { features[channel * plane + i] = value }
      }
    }
  }
}
