import CPNG

/// What the calls into `CPNG` share.
enum PNGBridge {
  /// A message buffer of the length that the bridge expects.
  static var emptyMessage: [CChar] { [CChar](repeating: 0, count: Int(CPNG_MESSAGE_BYTES)) }

  /// The error text up to its final zero.
  static func text(of message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
