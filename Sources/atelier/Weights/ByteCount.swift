/// Sizes of files for people.
enum ByteCount {
  /// A size such as `40.4 MB`, in powers of ten.
  static func text(_ bytes: Int) -> String {
    var value = Double(bytes)
    for unit in ["B", "kB", "MB"] {
      if value < 1000 { return unit == "B" ? "\(bytes) B" : "\(rounded(value)) \(unit)" }
      value /= 1000
    }
    return "\(rounded(value)) GB"
  }

  private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
