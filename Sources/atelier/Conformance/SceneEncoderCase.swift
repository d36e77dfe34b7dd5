import Checkpoints
import Editing
import Foundation
import Imaging
import Networks
import Tensors

/// pix2pixHD's encoder, its clusters of features, sampling, an edited instance, and the steps of the
/// interactive window.
enum SceneEncoderCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    reference.has("latest_net_G.pth") && reference.has("features.npy")
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let scene = try SceneReference(reference, report)
    let network = try Scenes.canonical(
      Checkpoint(contentsOf: reference.url("latest_net_G.pth")), options: scene.options)
    guard let encoder = try Scenes.loadEncoder(network) else {
      return report.fail("latest_net_E.pth", "missing")
    }
    let clusterFiles = reference.files.filter { $0.hasPrefix("features_clustered") }
    let clusters = try clusterFiles.map { try StyleClusters(contentsOf: reference.url($0)) }
    guard let first = clusters.first else { return report.fail("features_clustered", "missing") }
    report.expect(
      clusters.allSatisfy { $0 == first }, "\(clusterFiles.count) cluster files", "equal")
    let work = try Work(
      scene: scene, generator: try Scenes.load(network), encoder: encoder, clusters: first,
      rows: StyleClusters.features(contentsOf: reference.url("features.npy")))
    for name in scene.outputs.names.sorted() where !name.hasPrefix("ui.") {
      try work.compare(name)
    }
    try work.compareDraws()
    work.compareInertia()
    try work.compareWindow()
  }

  /// One network at work.
  private struct Work {
    let scene: SceneReference
    let generator: any SceneGenerator
    let clusters: StyleClusters
    /// The rows of `features.npy`.
    let rows: [InstanceStyles.Row]
    let maps: SceneInput
    let ids: IntegerMap
    /// Features before the means: of the case's picture, and of both pictures as a batch.
    let raw: Tensor
    let batch: Tensor?
    let pooled: Tensor

    init(
      scene: SceneReference, generator: any SceneGenerator, encoder: any SceneEncoder,
      clusters: StyleClusters, rows: [InstanceStyles.Row]
    ) throws {
      self.scene = scene
      self.generator = generator
      self.clusters = clusters
      self.rows = rows
      maps = try scene.maps()
      ids = IntegerMap(
        width: maps.width, height: maps.height, values: maps.instances ?? maps.labels)
      func features(_ photos: Tensor) throws -> Tensor {
        guard case .features(let features) = try encoder.encode(photos) else {
          throw CommandError.failed("the encoder finds no features.")
        }
        return features
      }
      let photo = try scene.inputs.tensor("image")
      raw = try features(photo)
      pooled = raw.averagedOverRegions([ids.values])
      guard scene.inputs.tensors["image_1"] != nil, let other = try scene.integers("inst_1") else {
        batch = nil
        return
      }
      batch = try features(Tensor.concatenated([photo, scene.inputs.tensor("image_1")]))
        .averagedOverRegions([ids.values, other.values])
    }

    func compare(_ name: String) throws {
      let (picture, feature) = (SceneReference.pictureTolerance, SceneReference.activationTolerance)
      switch name {
      case "encoder_raw": try scene.compare(name, raw, relative: feature)
      case "encoder_pooled": try scene.compare(name, pooled, relative: feature)
      case "encoder_pooled_batch2": try scene.compare(name, batch, relative: feature)
      case "generated_from_encoded":
        try scene.compare(name, generated(pooled), relative: picture)
      case "sampled_feat_map": try scene.compare(name, sampled()?.features, relative: 1e-6)
      case "generated_from_sampled":
        try scene.compare(name, sampled().map { try generated($0.features) }, relative: picture)
      case "edited_feat_map": try scene.compare(name, edited(), relative: feature)
      case "generated_edited":
        try scene.compare(name, edited().map { try generated($0) }, relative: picture)
      default: try compareTable(name)
      }
    }

    private func generated(_ features: Tensor) throws -> Tensor {
      try generator.synthesis(maps, style: .features(features))
    }

    /// `features_image0.26`, `features_all.26` and `centers.26`.
    private func compareTable(_ name: String) throws {
      let parts = name.split(separator: ".")
      guard parts.count == 2, let label = Int32(parts[1]) else {
        return try scene.compare(name, nil, relative: 0)
      }
      switch parts[0] {
      case "features_image0":
        let styles = InstanceStyles(features: raw, instances: ids)
        try scene.compare(name, matrix(styles.rows, label), relative: 1e-4)
      case "features_all":
        try scene.compare(name, matrix(rows, label), relative: 1e-6)
      case "centers":
        let centers = clusters.centers[label] ?? []
        try scene.compare(
          name,
          Tensor(
            centers.flatMap { $0.map { Float($0) } }, shape: [centers.count, clusters.width]),
          relative: 1e-6)
      default: try scene.compare(name, nil, relative: 0)
      }
    }

    /// The rows of a class as the official code keeps them: vector, share.
    private func matrix(_ rows: [InstanceStyles.Row], _ label: Int32) -> Tensor {
      let rows = rows.filter { $0.label == label }
      return Tensor(
        rows.flatMap { $0.vector + [Float($0.share)] },
        shape: [rows.count, (rows.first?.vector.count ?? 0) + 1])
    }

    /// Features drawn with the seed that the case names.
    private func sampled() -> (features: Tensor, draws: [(id: Int32, index: Int)])? {
      let note = scene.reference.description["sample_features"] as? [String: Any]
      guard let seed = note?["numpy_seed"] as? Int else { return nil }
      var random = RandomState(seed: UInt32(truncatingIfNeeded: seed))
      let draws = clusters.drawn(for: ids.distinctValues, &random)
      let styles = InstanceStyles(
        draws.compactMap { draw in
          let label = InstanceMap.labelID(of: draw.id)
          return clusters.center(draw.index, of: label).map {
            InstanceStyles.Row(id: draw.id, label: label, share: 0, vector: $0)
          }
        })
      return (styles.painted(on: ids), draws)
    }

    func compareDraws() throws {
      let note = scene.reference.description["sample_features"] as? [String: Any]
      guard let draws = sampled()?.draws else { return }
      scene.report.expect(
        draws.map { Int($0.id) } == note?["instances_in_order"] as? [Int]
          && draws.map(\.index) == note?["cluster_indices"] as? [Int],
        "draws of sample_features", "\(draws.count) instances")
    }

    /// Our own clusters of the same rows must be as tight as those in the file.
    func compareInertia() {
      for (label, centers) in clusters.centers.sorted(by: { $0.key < $1.key }) {
        let points = rows.filter { $0.label == label && $0.share > StyleClusters.smallestShare }
          .map { $0.vector.map(Double.init) }
        guard points.count >= centers.count else {
          scene.report.fail("K-means of class \(label)", "\(points.count) rows")
          continue
        }
        let official = points.reduce(0) { sum, point in
          sum
            + (centers.map { center in
              zip(point, center).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            }.min() ?? 0)
        }
        let own = KMeans(points, count: centers.count).inertia
        scene.report.expect(
          own <= official * 1.001 + 1e-12, "K-means of class \(label)",
          "inertia \(own), official \(official)")
      }
    }

    private func edited() throws -> Tensor? {
      guard let id = (scene.reference.description["edited_instance"] as? Int).map(Int32.init),
        scene.inputs.tensors["edited_instance_feature"] != nil
      else { return nil }
      let vector = try scene.inputs.tensor("edited_instance_feature").scalars
      var features = pooled
      let plane = ids.values.count
      features.withUnsafeMutableBuffer { values in
        for (i, own) in ids.values.enumerated() where own == id {
          for channel in vector.indices { values[channel * plane + i] = vector[channel] }
        }
      }
      return features
    }

    /// The steps of the interactive window, as `ui_steps` writes their calls.
    func compareWindow() throws {
      var window = OfficialWindow(maps, clusters: clusters, generator: generator)
      let steps = scene.reference.description["ui_steps"] as? [[String: Any]] ?? []
      for step in steps {
        guard let name = step["step"] as? String, let call = step["call"] as? String else {
          continue
        }
        try perform(call, on: &window)
        for what in ["label_map", "inst_map", "edge_map", "feat_map", "fake_image_u8"] {
          try compare(window, "ui.\(name)", what)
        }
        let hot = SceneInput.oneHot(
          window.labels, channels: generator.size.classes, height: maps.height, width: maps.width)
        try scene.compareExactly(
          "ui.\(name).onehot_argmax", hot.hottestChannels(generator.size.classes))
      }
    }

    private func compare(_ window: OfficialWindow, _ step: String, _ what: String) throws {
      func map(_ values: [Int32]) -> Tensor {
        Tensor(values.map { Float($0) }, shape: [maps.height, maps.width])
      }
      let name = "\(step).\(what)"
      switch what {
      case "label_map": try scene.compareExactly(name, map(window.labels))
      case "inst_map": try scene.compareExactly(name, map(window.instances))
      case "edge_map":
        try scene.compareExactly(
          name,
          SceneInput.edges(window.instances, height: maps.height, width: maps.width))
      case "feat_map": try scene.compare(name, window.features, relative: 1e-6)
      default: try scene.compareBytes(name, window.picture())
      }
    }

    private func perform(_ call: String, on window: inout OfficialWindow) throws {
      /// The whole numbers of the argument `key`.
      func numbers(_ key: String) -> [Int] {
        guard let place = call.range(of: "\(key)=") else { return [] }
        let text = call[place.upperBound...].prefix { $0.isNumber || "(), ".contains($0) }
        return text.split { !$0.isNumber }.compactMap { Int($0) }
      }
      func point(_ key: String) throws -> (y: Int, x: Int) {
        let found = numbers(key)
        guard found.count >= 2 else {
          throw CommandError.invalidInput("the step '\(call)' has no \(key).")
        }
        return (found[0], found[1])
      }
      func label() -> Int32 { Int32(truncatingIfNeeded: numbers("label_tgt").first ?? 0) }
      if call.hasPrefix("undo") {
        window.undo()
      } else if call.hasPrefix("change_labels") {
        window.changeLabels(source: try point("click_src"), target: try point("click_tgt"))
      } else if call.hasPrefix("add_strokes") {
        window.addStrokes(
          at: try point("click_src"), label: label(), side: numbers("bw").first ?? 1)
      } else if call.hasPrefix("add_objects") {
        window.addObject(
          at: try point("click_src"), label: label(),
          mask: try scene.inputs.tensor("object_mask"), numbers("style_id").first ?? 0)
      } else if call.hasPrefix("style_forward(click_pt") {
        window.style(at: try point("click_pt"), numbers("style_id").first ?? 0)
      }
    }
  }
}
