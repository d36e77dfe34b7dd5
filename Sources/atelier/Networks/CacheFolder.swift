import Foundation

/// Where things are kept that may be lost at any time.
enum CacheFolder {
  /// `atelier/previews` in the user's folder of caches: `XDG_CACHE_HOME`, or `.cache` at home.
  static var previews: URL? {
    let environment = ProcessInfo.processInfo.environment
    let caches =
      environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? environment["HOME"].flatMap { $0.isEmpty ? nil : $0 + "/.cache" }
    return caches.map {
      URL(fileURLWithPath: $0, isDirectory: true).appendingPathComponent("atelier/previews")
    }
  }
}
