import Foundation

/// A program of the system that does a download: `pip` or `curl`.
///
/// It stays in our process group, so that Ctrl-C ends it with us, and it inherits the lock of the
/// weights folder, so that nobody else touches its files while it still runs.
struct Client: Sendable {
  /// The program and its first arguments, such as `python3 -m pip`.
  let command: [String]

  /// How a client ended.
  struct Ending: Sendable {
    /// The exit code; negative for a signal.
    let code: Int32
    /// What it wrote, unless that went to the terminal.
    let output: String

    /// What happened, as part of a message.
    var description: String {
      let how = code < 0 ? "was ended by signal \(-code)" : "failed with exit code \(code)"
      let text = output.trimmingCharacters(in: .whitespacesAndNewlines)
      return text.isEmpty ? how : "\(how):\n\(text.suffix(2000))"
    }
  }

  /// The first of `commands` that is installed and answers `--version`.
  static func first(of commands: [[String]]) -> Client? {
    commands.lazy.map(Client.init).first { client in
      (try? client.run(["--version"], showsOutput: false))?.code == 0
    }
  }

  /// Whether people are watching standard error.
  static var hasTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Runs the client to its end; its output goes to standard error if `showsOutput`. `additions`
  /// are added to its environment.
  func run(
    _ arguments: [String], showsOutput: Bool, environment additions: [String: String] = [:]
  ) throws -> Ending {
    var ends: [Int32] = [-1, -1]
    if !showsOutput {
      guard pipe(&ends) == 0 else { throw failure(errno) }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    if showsOutput {
      posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    } else {
      posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
      posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
    }
    let words = command + arguments
    let environment = ProcessInfo.processInfo.environment.merging(additions) { $1 }
      .map { "\($0.key)=\($0.value)" }
    var argv = words.map { strdup($0) } + [nil]
    var envp = environment.map { strdup($0) } + [nil]
    defer { (argv + envp).forEach { free($0) } }
    var process: pid_t = 0
    let problem = posix_spawnp(&process, words[0], &actions, nil, &argv, &envp)
    if !showsOutput { close(ends[1]) }
    let output = showsOutput ? "" : Self.readAll(ends[0])
    guard problem == 0 else { throw failure(problem) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw failure(errno) }
    }
    let signal = status & 0x7F
    return Ending(code: signal == 0 ? (status >> 8) & 0xFF : -signal, output: output)
  }

  /// Everything that comes out of a descriptor, which is closed then.
  private static func readAll(_ descriptor: Int32) -> String {
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  private func failure(_ code: Int32) -> CommandError {
    .failed("\(command.joined(separator: " ")): cannot be run: \(String(cString: strerror(code)))")
  }
}
