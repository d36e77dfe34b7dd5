import ArgumentParser

/// `atelier train`: networks of one's own.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network on a world of pictures or on your own.",
    discussion: """
      A run lives in a folder: the state to go on from, the network, the records of losses, sheets of \
      samples, and a page with curves. Ctrl-C stores everything; --resume goes on, and ends with the \
      same bytes as a run that was never stopped.

      Examples:
        atelier train stylegan2 --data cars --resolution 64 --images 200k --out Runs/cars
        atelier train pix2pixhd --data street --size 256x128 --images 20k --out Runs/street
      """,
    subcommands: [
      TrainStyleGAN2.self, TrainStyleGAN1.self, TrainProGAN.self, TrainPix2PixHD.self,
      TrainSPADE.self,
    ])
}
