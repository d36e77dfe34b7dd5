import ArgumentParser
import Editing

extension InstancesCommand {
  /// `atelier instances hold`: keeps later changes where they are made.
  struct Hold: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "hold",
      abstract: "Keep later changes of styles and maps where they are made.",
      discussion: """
        Without it the paint of one car shifts the whole picture a little, since the network's norms \
        look at all of it. From a hold on they keep the statistics of the scene as it is now. A \
        picture takes twice as long; undo and redo work as for every edit.

        Example:
          atelier instances encode street.atelier aachen --photo photo.png --name noon
          atelier instances hold street.atelier aachen
          atelier instances set street.atelier aachen 26007 --style "red matte"
        """)

    @OptionGroup var artwork: ArtworkArguments
    @OptionGroup var network: NetworkOptions

    func run() throws {
      let project = try artwork.open()
      let session = try SceneSession(project, artwork.artwork, given: network.network)
      try session.append(HoldOperation(), json: artwork.json)
    }
  }
}
