import Tensors

/// Holds what a scene has come to: edits after this one change what they touch and its surroundings,
/// and leave the rest as it is.
///
/// Norms of the whole plane tell all of a picture when one object gets another paint. From this edit
/// on they keep the statistics of the scene before it, so changes reach no farther than the receptive
/// field. A later hold takes the place of an earlier one.
public struct HoldOperation: EditOperation {
  /// The name in recipes.
  public static let kind = "hold"
  /// The version in recipes.
  public static let version = 1

  /// Holds the scene.
  public init() {}

  /// `hold the scene as it is`.
  public func summary(_ name: (Digest) -> String) -> String { "hold the scene as it is" }
}
