/// What can be wrong with a latent, an edit or a recipe: what, where, and what to do.
public enum EditingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Text that should list layers, such as `0-6,8` or `coarse`.
  case invalidLayers(text: String, reason: String)
  /// A layer that the network does not have.
  case layerOutOfRange(layer: Int, count: Int)
  /// Text that should give a value a layer, such as `0.7` or `0-3:0.5,4-17:0.9`.
  case invalidProfile(text: String, reason: String)
  /// Text that should give numbers to sweep over, such as `-1:1:0.25` or `-1,0,0.7`.
  case invalidRange(text: String, reason: String)
  /// A truncation profile that nobody defined.
  case unknownProfile(name: String, known: [String])
  /// Text that should list seeds, such as `85,265,297-300`.
  case invalidSeeds(text: String, reason: String)
  /// Text that should give classes, such as `1` or `1:0.7,4:0.3`.
  case invalidLabel(text: String, reason: String)
  /// A class for a network without classes, or the other way round.
  case labelMismatch(reason: String)
  /// A latent or direction whose shape does not fit the network.
  case wrongShape(what: String, expected: String, found: String)
  /// An edit of a kind or version that this Atelier does not know.
  case unknownOperation(kind: String, version: Int, known: [String])
  /// A recipe written by a newer Atelier.
  case newerRecipe(version: Int, supported: Int)
  /// A recipe that is not valid JSON of the expected form.
  case invalidRecipe(reason: String)
  /// A recipe names content that is not at hand.
  case missingTensor(digest: String, what: String)
  /// A recipe made for another network.
  case wrongNetwork(expected: String, found: String)
  /// An edit of maps that they do not allow, or maps that do not fit each other.
  case invalidMapEdit(reason: String)
  /// An operation on latents that is not defined for them.
  case unsupported(reason: String)

  /// One line for people.
  public var description: String {
    switch self {
    case .invalidLayers(let text, let reason):
      "'\(text)' is not a list of layers: \(reason). Write for example 0-6,8 or coarse, middle, "
        + "fine, all."
    case .layerOutOfRange(let layer, let count):
      "layer \(layer) is out of range: this network has \(count) layers, 0 to \(count - 1)."
    case .invalidProfile(let text, let reason):
      "'\(text)' is not a value or a list of values by layer: \(reason). Write for example 0.7 or "
        + "0-3:0.5,4-17:0.9."
    case .invalidRange(let text, let reason):
      "'\(text)' is not a range or a list of numbers: \(reason). Write first:last:step, such as "
        + "-1:1:0.25, or -1,0,0.7."
    case .unknownProfile(let name, let known):
      "there is no truncation profile '\(name)'. Known: \(known.joined(separator: ", "))."
    case .invalidSeeds(let text, let reason):
      "'\(text)' is not a list of seeds: \(reason). Write for example 85,265,297-300; seeds are "
        + "whole numbers from 0 to 4294967295."
    case .invalidLabel(let text, let reason):
      "'\(text)' is not a class or a mix of classes: \(reason). Write for example 1 or 1:0.7,4:0.3."
    case .labelMismatch(let reason): reason
    case .wrongShape(let what, let expected, let found):
      "\(what) has shape \(found), but this network takes \(expected)."
    case .unknownOperation(let kind, let version, let known):
      "this Atelier does not know edits of kind '\(kind)' version \(version). It knows "
        + "\(known.joined(separator: ", ")); a newer Atelier may know more."
    case .newerRecipe(let version, let supported):
      "the recipe has version \(version), but this Atelier reads up to \(supported). Update Atelier."
    case .invalidRecipe(let reason): "this is not a recipe: \(reason)."
    case .missingTensor(let digest, let what):
      "\(what) \(digest) is not at hand: neither the project nor the file carries it."
    case .wrongNetwork(let expected, let found):
      "the recipe was made with network \(expected), but this network is \(found)."
    case .invalidMapEdit(let reason): "\(reason)."
    case .unsupported(let reason): reason
    }
  }
}
