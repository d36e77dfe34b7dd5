/// What can be wrong with a training run.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// Data cannot be trained on.
  case unfitData(place: String, reason: String)
  /// A stored state is not of the run that would go on from it.
  case unfitState(file: String, reason: String)
  /// A setting is outside of what can be done.
  case unfitSetting(name: String, found: String, expected: String)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .unfitData(let place, let reason): "cannot train on \(place): \(reason)."
    case .unfitState(let file, let reason):
      "cannot go on from \(file): \(reason). Train into another folder, or with the settings that "
        + "the run began with."
    case .unfitSetting(let name, let found, let expected):
      "\(name) is \(found); expected \(expected)."
    }
  }
}
