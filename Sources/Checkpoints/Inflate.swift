import CZlib

/// Inflates raw deflate streams through zlib.
enum Inflate {
  /// The bytes of `packed`, which must inflate to exactly `size`.
  ///
  /// Deflate cannot expand beyond 1,032 times; a larger claim is refused before any allocation.
  static func inflate(_ packed: ByteRegion, size: Int, name: String) throws -> ByteRegion {
    let largest = packed.count.multipliedClamping(by: 1032).addingClamping(64)
    guard size <= largest else {
      throw CheckpointError.malformed(
        file: name, place: "its size", expected: "at most \(largest) bytes from \(packed.count)",
        found: "\(size) announced")
    }
    return try MappedFile(named: name, count: size) { target in
      guard try run(packed, into: target) else {
        throw CheckpointError.malformed(
          file: name, place: "the deflated bytes", expected: "a stream of exactly \(size) bytes",
          found: "a damaged, shorter or longer one")
      }
    }.region
  }

  /// Whether `packed` inflates to exactly the bytes of `target`.
  private static func run(
    _ packed: ByteRegion, into target: UnsafeMutableRawBufferPointer
  ) throws -> Bool {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, size) == Z_OK else { return false }
    defer { inflateEnd(&stream) }
    return packed.withUnsafeBytes { source in
      // zlib counts in 32 bits, so both sides advance in pieces; it never writes its input, and
      // wants somewhere to point even when there is nothing to write.
      let input = UnsafeMutablePointer(
        mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
      let output = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
      let piece = 1 << 30
      var (read, written) = (0, 0)
      while true {
        let offered = min(piece, source.count - read)
        let room = min(piece, target.count - written)
        stream.next_in = input.map { $0 + read }
        stream.avail_in = UInt32(offered)
        stream.next_out = output.map { $0 + written }
        stream.avail_out = UInt32(room)
        let status = CZlib.inflate(&stream, Z_NO_FLUSH)
        let consumed = offered - Int(stream.avail_in)
        let produced = room - Int(stream.avail_out)
        read += consumed
        written += produced
        if status == Z_STREAM_END { return written == target.count }
        guard status == Z_OK, consumed + produced > 0 else { return false }
      }
    }
  }
}

/// The checksum of zip members.
enum CRC32 {
  /// The CRC-32 of the bytes of `region`.
  static func checksum(of region: ByteRegion) -> UInt32 {
    region.withUnsafeBytes { update(0, with: $0) }
  }

  /// A checksum carried on over more bytes.
  static func update(_ checksum: UInt32, with bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
      return checksum
    }
    return UInt32(truncatingIfNeeded: crc32_z(UInt(checksum), base, bytes.count))
  }
}
