import ArgumentParser

/// The command-line tool.
@main
struct Atelier: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "atelier",
    abstract: "Edit pictures in the latent space of generators: mix styles, sweep truncation, "
      + "move along directions, and replay every step.",
    discussion: """
      Examples:
        atelier weights fetch faces-1024
        atelier style-mixing --network faces-1024 --rows 85,100 --cols 55,821 --styles 0-6
        atelier new Projects/portraits.atelier --network faces-1024 --seed 42 --name anna
        atelier edit Projects/portraits.atelier anna move --direction smile --by 2 --layers 4-7

      Data goes to standard output, progress to standard error. Exit codes: 0 done, 1 failed, 64 \
      wrong usage.
      """,
    version: version,
    subcommands: [
      WeightsCommand.self, InspectCommand.self, ConvertCommand.self,
      GenerateCommand.self, StyleMixingCommand.self, SweepCommand.self,
      NewCommand.self, EditCommand.self, PaintCommand.self, MapsCommand.self, HistoryCommand.self,
      UndoCommand.self, RedoCommand.self,
      BranchCommand.self, TagCommand.self, NoteCommand.self,
      LatentsCommand.self, DirectionsCommand.self, ProfilesCommand.self,
      InstancesCommand.self,
      RenderCommand.self, ReplayCommand.self, OpenCommand.self,
      CompareCommand.self, AlignCommand.self, EncoderCommand.self, InvertCommand.self,
      DatasetCommand.self, TrainCommand.self, MetricsCommand.self, ConformanceCommand.self,
      BenchCommand.self,
    ])
}
