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

  /// The bytes of a gzip stream, at most `limit`.
  static func inflateGzip(_ packed: ByteRegion, limit: Int) throws -> ByteRegion {
    func malformed(_ found: String) -> CheckpointError {
      .malformed(
        file: packed.name, place: "the gzip stream", expected: "one whole stream", found: found)
    }
    guard packed.holds([0x1F, 0x8B]) else { throw malformed("other bytes") }
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, size) == Z_OK else {
      throw malformed("no memory to read it")
    }
    defer { inflateEnd(&stream) }
    // Deflate cannot expand beyond 1,032 times.
    let largest = min(limit, packed.count.multipliedClamping(by: 1032).addingClamping(64))
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    var read = 0
    while true {
      let (status, consumed, produced) = packed.withUnsafeBytes { source in
        piece.withUnsafeMutableBufferPointer { piece in
          let offered = min(1 << 30, source.count - read)
          stream.next_in = UnsafeMutablePointer(
            mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self)
          ).map { $0 + read }
          stream.avail_in = UInt32(offered)
          stream.next_out = piece.baseAddress
          stream.avail_out = UInt32(piece.count)
          let status = CZlib.inflate(&stream, Z_NO_FLUSH)
          return (status, offered - Int(stream.avail_in), piece.count - Int(stream.avail_out))
        }
      }
      read += consumed
      bytes += piece[..<produced]
      guard bytes.count <= largest else {
        throw CheckpointError.tooLarge(
          file: packed.name, place: "the gzip stream", what: "what it inflates to",
          limit: "\(largest) bytes")
      }
      if status == Z_STREAM_END { break }
      guard status == Z_OK, consumed + produced > 0 else { throw malformed("a damaged one") }
    }
    return MappedFile(named: packed.name, copying: bytes).region
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
