import Checkpoints
import Editing
import Foundation
import Networks
import Projects
import Tensors

/// A generator ready for work.
struct LoadedNetwork: IdentifiedNetwork {
  let generator: any Generator
  let digest: Digest
  let name: String
  let url: URL
  let canonical: CanonicalNetwork
  let previews: PreviewMaps
  let tunings: TunedGenerators

  /// Loads a checkpoint file, or fetched weights by name.
  init(named name: String, watch: Stopwatch = Stopwatch()) throws {
    try self.init(at: Self.locate(name), name: name, watch: watch)
  }

  /// Loads a checkpoint file, or fetched weights by name, that must be the network with `digest`,
  /// known as `title`.
  init(named name: String, mustBe digest: Digest, called title: String?) throws {
    try self.init(named: name)
    try check(is: digest, called: title)
  }

  /// Loads a checkpoint file; `watch` notes the stages.
  init(at url: URL, name: String? = nil, watch: Stopwatch = Stopwatch()) throws {
    let checkpoint = try watch.time("open the file") { try Checkpoint(contentsOf: url) }
    // Each reads the whole file, and neither keeps two cores busy.
    let (network, digest) = try Parallel.both(
      {
        try watch.time("read the network") {
          let canonical = try Generators.canonical(checkpoint)
          return (canonical: canonical, generator: try Generators.load(canonical))
        }
      },
      { try watch.time("digest") { try checkpoint.digest() } })
    (canonical, generator) = network
    self.digest = digest
    tunings = TunedGenerators(canonical)
    Self.remark(on: canonical)
    previews = PreviewMaps(generator: generator, network: digest, folder: CacheFolder.previews)
    self.url = url
    self.name =
      name.map { $0.contains("/") ? url.deletingPathExtension().lastPathComponent : $0 }
      ?? url.deletingPathExtension().lastPathComponent
  }

  /// Says on standard error what a file leaves open.
  static func remark(on network: CanonicalNetwork) {
    guard network.leavesFusedScaleOpen else { return }
    Output.note(
      "note: \(network.file) does not say whether up-convolutions are fused; 'auto' is assumed. If "
        + "the original says otherwise: atelier convert --fused-scale true|false|auto")
  }

  /// The file behind a name: a path, or weights in the weights folder.
  static func locate(_ name: String) throws -> URL {
    guard !name.isEmpty else {
      throw CommandError.invalidInput(
        "the network has no name: give a file, or the name of weights.")
    }
    let path = URL(fileURLWithPath: name)
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path.path, isDirectory: &isFolder) {
      guard isFolder.boolValue else { return path }
      // A folder of pix2pixHD's or SPADE's scripts is one network.
      guard let file = Scenes.generatorFile(in: path) else {
        throw CommandError.invalidInput(
          "the folder '\(name)' holds no latest_net_G.pth, as pix2pixHD and SPADE save a network.")
      }
      return file
    }
    guard !name.contains("/"), let folder = try? WeightsFolder.locate() else {
      throw CommandError.invalidInput("there is no file '\(name)'.")
    }
    let index: [WeightsEntry]
    do {
      index = try folder.index()
    } catch {
      throw CommandError.invalidInput(
        "there is no file '\(name)', and no weights can be looked up: \(error)")
    }
    if let entry = index.first(where: { $0.name == name }) {
      let file = folder.file(of: entry)
      if FileManager.default.fileExists(atPath: file.path) { return file }
      throw CommandError.invalidInput(
        "the weights '\(name)' are not here yet. Get them with: atelier weights fetch \(name)")
    }
    if let file = folder.files().first(where: {
      $0.lastPathComponent == name || $0.deletingPathExtension().lastPathComponent == name
    }) {
      return file
    }
    let known = index.isEmpty ? "none" : index.map(\.name).joined(separator: ", ")
    throw CommandError.invalidInput(
      "'\(name)' is neither a file nor the name of weights. Known weights: \(known).")
  }

  /// The network with a digest: from the places given, then from the weights folder.
  static func find(_ digest: Digest, name: String, hints: [String]) throws -> LoadedNetwork {
    var candidates = hints.filter { !$0.isEmpty }.map { URL(fileURLWithPath: $0) }
    candidates += (try? WeightsFolder.locate().files()) ?? []
    // Files whose name fits are tried first: digesting takes a while for large ones.
    let isLikely = { (url: URL) in url.deletingPathExtension().lastPathComponent == name }
    for url in candidates.filter(isLikely) + candidates.filter({ !isLikely($0) }) {
      guard FileManager.default.fileExists(atPath: url.path),
        let checkpoint = try? Checkpoint(contentsOf: url), try checkpoint.digest() == digest
      else { continue }
      return try LoadedNetwork(at: url, name: name)
    }
    throw CommandError.invalidInput(
      "the network '\(name)' (\(digest)) is not here. Fetch it (atelier weights list), or name its "
        + "file with --network.")
  }

  /// Works recipes out without rendering, so that what cannot be drawn is found before anything is
  /// written.
  func check(_ recipes: some Sequence<Recipe>, content: any ContentSource) throws {
    let renderer = renderer(content)
    for recipe in recipes { _ = try renderer.plan(recipe) }
  }

  /// A renderer that finds content in `content`.
  func renderer(
    _ content: any ContentSource, cache: ActivationCache? = nil
  ) -> Renderer {
    Renderer(
      generator: generator, network: digest, content: content, cache: cache,
      previews: previews, tunings: tunings)
  }
}
