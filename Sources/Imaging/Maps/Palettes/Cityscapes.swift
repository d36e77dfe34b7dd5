extension Palette {
  /// Cityscapes' 34 label ids with the official colours (Cordts et al., arXiv 1604.01685).
  ///
  /// The label maps' `labelIds` hold these numbers; instance maps hold id · 1000 + number for the
  /// classes with objects. Ids 0 to 4 share black, as the official tools paint them.
  public static let cityscapes = Palette(
    name: "cityscapes",
    entries: cityscapesTable.map {
      Entry(id: $0.id, name: $0.name, colour: $0.colour, hasObjects: $0.hasObjects)
    })

  /// The 19 classes that Cityscapes' benchmark counts, by train id; 255 stands for the rest.
  public static let cityscapesTrain = Palette(
    name: "cityscapes-train",
    entries: cityscapesTable.filter { $0.train != nil }.map {
      Entry(id: $0.train ?? 255, name: $0.name, colour: $0.colour, hasObjects: $0.hasObjects)
    } + [Entry(id: 255, name: "ignored", colour: [0, 0, 0])])

  /// The train id of a Cityscapes label id; 255 for those that the benchmark leaves out.
  public static func cityscapesTrainID(of id: Int32) -> Int32 {
    cityscapesTable.first { $0.id == id }?.train ?? 255
  }

  private static let cityscapesTable:
    [(id: Int32, train: Int32?, name: String, colour: [UInt8], hasObjects: Bool)] = [
      (0, nil, "unlabeled", [0, 0, 0], false),
      (1, nil, "ego vehicle", [0, 0, 0], false),
      (2, nil, "rectification border", [0, 0, 0], false),
      (3, nil, "out of roi", [0, 0, 0], false),
      (4, nil, "static", [0, 0, 0], false),
      (5, nil, "dynamic", [111, 74, 0], false),
      (6, nil, "ground", [81, 0, 81], false),
      (7, 0, "road", [128, 64, 128], false),
      (8, 1, "sidewalk", [244, 35, 232], false),
      (9, nil, "parking", [250, 170, 160], false),
      (10, nil, "rail track", [230, 150, 140], false),
      (11, 2, "building", [70, 70, 70], false),
      (12, 3, "wall", [102, 102, 156], false),
      (13, 4, "fence", [190, 153, 153], false),
      (14, nil, "guard rail", [180, 165, 180], false),
      (15, nil, "bridge", [150, 100, 100], false),
      (16, nil, "tunnel", [150, 120, 90], false),
      (17, 5, "pole", [153, 153, 153], false),
      (18, nil, "polegroup", [153, 153, 153], false),
      (19, 6, "traffic light", [250, 170, 30], false),
      (20, 7, "traffic sign", [220, 220, 0], false),
      (21, 8, "vegetation", [107, 142, 35], false),
      (22, 9, "terrain", [152, 251, 152], false),
      (23, 10, "sky", [70, 130, 180], false),
      (24, 11, "person", [220, 20, 60], true),
      (25, 12, "rider", [255, 0, 0], true),
      (26, 13, "car", [0, 0, 142], true),
      (27, 14, "truck", [0, 0, 70], true),
      (28, 15, "bus", [0, 60, 100], true),
      (29, nil, "caravan", [0, 0, 90], true),
      (30, nil, "trailer", [0, 0, 110], true),
      (31, 16, "train", [0, 80, 100], true),
      (32, 17, "motorcycle", [0, 0, 230], true),
      (33, 18, "bicycle", [119, 11, 32], true),
    ]
}
