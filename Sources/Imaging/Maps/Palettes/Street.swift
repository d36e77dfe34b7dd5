extension Palette {
  /// The classes of the street world that Atelier draws and the networks in its box paint, in the
  /// order of their numbers.
  public static let street = Palette(
    name: "street",
    entries: [
      Entry(id: 0, name: "nothing", colour: [0, 0, 0]),
      Entry(id: 1, name: "sky", colour: [70, 130, 180]),
      Entry(id: 2, name: "road", colour: [128, 64, 128]),
      Entry(id: 3, name: "pavement", colour: [244, 35, 232]),
      Entry(id: 4, name: "building", colour: [70, 70, 70]),
      Entry(id: 5, name: "tree", colour: [107, 142, 35]),
      Entry(id: 6, name: "car", colour: [0, 0, 142], hasObjects: true),
    ])
}
