import Editing
import Foundation
import Projects

/// How an inversion is done: one that is stored goes on only with the same.
struct InversionSettings: Codable, Equatable {
  /// What is minimised, as the user wrote it.
  var distance: String
  /// The stages of the latent.
  var plan: InversionPlan
  /// Steps of pivotal tuning after them.
  var tuning: Int
  /// Its learning rate.
  var tuningRate: Double

  /// As stored: sorted keys.
  var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// Whether what is stored can go on with these: they are the same, or a tuning is added to a latent
  /// that had none.
  func goesOn(from record: InversionRecord) -> Bool {
    guard
      var stored = try? JSONDecoder().decode(
        InversionSettings.self, from: Data(record.settings.utf8))
    else { return false }
    if stored.tuning == 0 { (stored.tuning, stored.tuningRate) = (tuning, tuningRate) }
    return stored == self
  }
}
