import ArgumentParser

/// `atelier instances`: sessions on label maps, with a style for every instance.
struct InstancesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "instances",
    abstract: "Paint label maps with pix2pixHD and SPADE, and give every instance its style.",
    discussion: """
      A session is an artwork with maps: its history, branches, undo and replay are those of every \
      artwork, its maps are edited with 'atelier paint', its picture drawn with 'atelier render'.

      A style is written as a kept name (red matte), a centre of the instance's class in kept \
      clusters (city:2), another instance (instance:26004), or a draw (seed:5, seed:5:city).

      Examples:
        atelier instances new Projects/street.atelier --network city.safetensors \
      --label-map label.png --inst-map inst.png --palette cityscapes --width 1024 --name aachen
        atelier instances encode Projects/street.atelier aachen --photo photo.png --name noon
        atelier instances hold Projects/street.atelier aachen
        atelier instances list Projects/street.atelier aachen
        atelier instances name Projects/street.atelier aachen 26004 "red matte" --tag car
        atelier instances set Projects/street.atelier aachen 26007 --style "red matte"
        atelier instances blend Projects/street.atelier aachen 26008 --with "red matte" --t 0.5
        atelier instances transfer Projects/street.atelier aachen --from dusk
      """,
    subcommands: [
      New.self, Encode.self, List.self, Cluster.self, Name.self, Set.self, Blend.self, Sample.self,
      Transfer.self, Hold.self, Measure.self,
    ])
}
