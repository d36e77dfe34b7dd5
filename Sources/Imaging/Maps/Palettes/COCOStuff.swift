extension Palette {
  /// COCO-Stuff's 182 classes (Caesar et al., arXiv 1612.03716), numbered from 0 as in the label
  /// files: the data set's own number less one; 255 stands for no class.
  ///
  /// The first 91 have objects. Colours are those of PASCAL VOC's map from its second on, as SPADE
  /// shows them.
  public static let cocoStuff = Palette(
    name: "coco-stuff",
    entries: cocoStuffNames.split(separator: ",").enumerated().map { index, name in
      Entry(
        id: Int32(index), name: Self.word(name), colour: spreadColour(index + 1),
        hasObjects: index < 91)
    } + [Entry(id: 255, name: "unlabeled", colour: [0, 0, 0])])

  /// A name out of a list: one line, without blanks around it.
  static func word(_ part: Substring) -> String {
    part.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static let cocoStuffNames = """
    person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire
    hydrant, street sign, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow,
    elephant, bear, zebra, giraffe, hat, backpack, umbrella, shoe, eye glasses, handbag, tie,
    suitcase, frisbee, skis, snowboard, sports ball, kite, baseball bat, baseball glove,
    skateboard, surfboard, tennis racket, bottle, plate, wine glass, cup, fork, knife, spoon,
    bowl, banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair,
    couch, potted plant, bed, mirror, dining table, window, desk, toilet, door, tv, laptop, mouse,
    remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, blender, book,
    clock, vase, scissors, teddy bear, hair drier, toothbrush, hair brush, banner, blanket,
    branch, bridge, building-other, bush, cabinet, cage, cardboard, carpet, ceiling-other,
    ceiling-tile, cloth, clothes, clouds, counter, cupboard, curtain, desk-stuff, dirt,
    door-stuff, fence, floor-marble, floor-other, floor-stone, floor-tile, floor-wood, flower,
    fog, food-other, fruit, furniture-other, grass, gravel, ground-other, hill, house, leaves,
    light, mat, metal, mirror-stuff, moss, mountain, mud, napkin, net, paper, pavement, pillow,
    plant-other, plastic, platform, playingfield, railing, railroad, river, road, rock, roof, rug,
    salad, sand, sea, shelf, sky-other, skyscraper, snow, solid-other, stairs, stone, straw,
    structural-other, table, tent, textile-other, towel, tree, vegetable, wall-brick,
    wall-concrete, wall-other, wall-panel, wall-stone, wall-tile, wall-wood, water-other,
    waterdrops, window-blind, window-other, wood
    """
}
