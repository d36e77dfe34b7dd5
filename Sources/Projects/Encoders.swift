import Editing
import Foundation
import GRDB
import Tensors

/// An encoder kept in a project, and how it was fitted.
public struct EncoderRecord: Codable, Hashable, Sendable {
  /// The metric whose trunk gives its features, such as `lpips-alex`.
  public var metric: String
  /// How many pictures it was fitted to.
  public var samples: Int
  /// The seed of their latents.
  public var seed: UInt32
  /// Their truncation.
  public var psi: Float
  /// The share of w's variance that it guesses right for pictures left out.
  public var explained: Double
  /// Its parts: mean and scale of the features, weights, mean of w.
  var parts: [Digest]

  /// A record; the parts are filled in when it is kept.
  public init(metric: String, samples: Int, seed: UInt32, psi: Float, explained: Double) {
    self.metric = metric
    self.samples = samples
    self.seed = seed
    self.psi = psi
    self.explained = explained
    parts = []
  }
}

/// Encoders: one for every network of the project, as a setting that names its tensors.
extension Project {
  private static func key(_ network: Digest) -> String { "encoder \(network)" }

  /// Keeps the encoder of a network in place of an earlier one; one transaction.
  public func keepEncoder(
    _ encoder: LatentEncoder, for network: Digest, _ record: EncoderRecord
  ) throws {
    try write { db in
      var record = record
      record.parts = try [
        encoder.featureMean, encoder.featureScale, encoder.weights, encoder.latentMean,
      ].map { try db.store($0) }
      let text = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
      try setSetting(Self.key(network), to: text)
    }
  }

  /// The encoder of a network, `nil` if none was kept.
  public func encoder(
    for network: Digest
  ) throws -> (encoder: LatentEncoder, record: EncoderRecord)? {
    guard let text = try setting(Self.key(network)) else { return nil }
    guard let record = try? JSONDecoder().decode(EncoderRecord.self, from: Data(text.utf8)),
      record.parts.count == 4
    else {
      throw ProjectError.invalidValue(what: "the encoder", reason: "its record cannot be read")
    }
    let parts = try record.parts.map { try tensor($0) }
    let encoder = try LatentEncoder(
      featureMean: parts[0], featureScale: parts[1], weights: parts[2], latentMean: parts[3])
    return (encoder, record)
  }
}
