/// A network, or a part of one, that a checkpoint describes beside its tensors.
public struct CheckpointModule: Sendable {
  /// Where its tensors lie: `G_ema`, `G_ema.mapping`, `Gs.synthesis` …
  public let name: String

  /// The class that the file names, such as `Generator`; nothing of it is ever loaded.
  public let className: String

  /// The plain settings, a dictionary: the module's attributes and what it was made with.
  ///
  /// For NVLabs modules the state's plain attributes, completed by the entries of `_init_kwargs`
  /// and followed by `_init_args` and `_init_kwargs` themselves. For TensorFlow networks
  /// `static_kwargs`, completed by `version`, `build_func_name` and other plain state.
  public let configuration: PickleValue
}
