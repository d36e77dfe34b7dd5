extension Palette {
  /// The classes of the faces that Atelier draws and the network `portrait-spade` paints, in the order
  /// of their numbers.
  public static let portrait = Palette(
    name: "portrait",
    entries: [
      Entry(id: 0, name: "nothing", colour: [0, 0, 0]),
      Entry(id: 1, name: "background", colour: [128, 144, 152]),
      Entry(id: 2, name: "skin", colour: [232, 184, 152]),
      Entry(id: 3, name: "hair", colour: [104, 64, 40]),
      Entry(id: 4, name: "brow", colour: [64, 40, 24]),
      Entry(id: 5, name: "eye", colour: [48, 112, 208]),
      Entry(id: 6, name: "nose", colour: [208, 136, 104]),
      Entry(id: 7, name: "mouth", colour: [200, 56, 72]),
      Entry(id: 8, name: "beard", colour: [144, 96, 56]),
      Entry(id: 9, name: "ear", colour: [216, 152, 128]),
      Entry(id: 10, name: "neck", colour: [184, 136, 112]),
      Entry(id: 11, name: "clothes", colour: [72, 96, 80]),
      Entry(id: 12, name: "glasses", colour: [240, 240, 64]),
    ])
}
