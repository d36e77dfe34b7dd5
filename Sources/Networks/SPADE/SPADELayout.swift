import Foundation
import Tensors

/// What the shapes of a SPADE checkpoint tell, completed by the options beside it.
struct SPADELayout {
  let parameters: [String: Parameter]
  let options: SceneOptions
  let file: String

  private func shapes(_ prefix: String) -> ParameterShapes {
    ParameterShapes(parameters: parameters, prefix: prefix)
  }

  /// The whole configuration.
  func configuration() throws -> SPADEConfiguration {
    let shapes = shapes("")
    let semantic = shapes["head_0.norm_0.mlp_shared.0.weight", 1] ?? 1
    // The widest block has 16 · ngf channels.
    let filters =
      (shapes["head_0.conv_0.weight_orig", 0] ?? shapes["head_0.conv_0.weight", 0] ?? 16) / 16
    let isMost =
      shapes.has("up_4.conv_0.weight_orig") || shapes.has("up_4.conv_0.weight")
    let isCoded = parameters["fc.weight"]?.shape.rank == 2
    var configuration = SPADEConfiguration(
      classes: 1, hasUnknownClass: false, usesInstances: false, filters: max(filters, 1),
      depth: isMost ? .most : .normal, cropSize: 256, aspectRatio: 1,
      norm: shapes.has("head_0.norm_0.param_free_norm.running_mean") ? .batch : .instance,
      kernel: shapes["head_0.norm_0.mlp_shared.0.weight", 2] ?? 3,
      codeWidth: isCoded ? shapes["fc.weight", 1] ?? 1 : 0,
      hidden: shapes["head_0.norm_0.mlp_shared.0.weight", 0] ?? 128,
      imageChannels: shapes["conv_img.weight", 0] ?? 3, encoder: encoder(),
      discriminator: discriminator())
    try divide(semantic, of: &configuration)
    try place(&configuration, isMost: isMost)
    return configuration
  }

  /// Classes, unknown and borders: what options say first, then the official data sets.
  private func divide(_ semantic: Int, of configuration: inout SPADEConfiguration) throws {
    var unknown = try options.flag("contain_dontcare_label", file: file)
    var withoutInstances = try options.flag("no_instance", file: file)
    var classes = try options.integer("label_nc", file: file)
    if unknown == nil, withoutInstances == nil, classes == nil {
      switch semantic {
      case 184: (classes, unknown, withoutInstances) = (182, true, false)  // COCO-Stuff
      case 151: (classes, unknown, withoutInstances) = (150, true, true)  // ADE20K
      default: break
      }
    }
    if let classes, unknown == nil || withoutInstances == nil {
      // What is left over says which of the two there is.
      let rest = semantic - classes
      if withoutInstances == nil { withoutInstances = rest - (unknown == true ? 1 : 0) < 1 }
      if unknown == nil { unknown = rest - (withoutInstances == true ? 0 : 1) > 0 }
    }
    configuration.hasUnknownClass = unknown ?? false
    configuration.usesInstances = !(withoutInstances ?? false)
    configuration.classes =
      classes
      ?? semantic - (configuration.hasUnknownClass ? 1 : 0) - (configuration.usesInstances ? 1 : 0)
    guard configuration.semanticChannels == semantic else {
      throw NetworkError.unsupportedOption(
        file: file, option: "label_nc, contain_dontcare_label, no_instance",
        value:
          "\(configuration.classes), \(configuration.hasUnknownClass), "
          + "\(!configuration.usesInstances)",
        supported: "options that make \(semantic) semantic channels; state them in opt.txt or with "
          + "--option")
    }
  }

  /// Size and depth, which hardly show in the shapes.
  private func place(_ configuration: inout SPADEConfiguration, isMost: Bool) throws {
    if let stated = options["num_upsampling_layers"] {
      guard let depth = SPADEConfiguration.Depth(rawValue: stated), (depth == .most) == isMost
      else {
        throw NetworkError.unsupportedOption(
          file: file, option: "num_upsampling_layers", value: stated,
          supported: isMost ? "most, as the tensors say" : "normal or more, as the tensors say")
      }
      configuration.depth = depth
    }
    let isCityscapes = configuration.semanticChannels == 36
    configuration.aspectRatio =
      try options.number("aspect_ratio", file: file) ?? (isCityscapes ? 2 : 1)
    let crop = try options.integer("crop_size", file: file)
    if crop == nil, configuration.codeWidth > 0, let outputs = parameters["fc.weight"]?.shape[0] {
      // The first layer makes height · width pixels; their widths are powers of two.
      let pixels = Double(outputs / (16 * configuration.filters)) * configuration.aspectRatio
      let width = Int(pixels.squareRoot().rounded())
      configuration.cropSize = max(width, 1) << configuration.depth.doublings
    } else {
      configuration.cropSize = crop ?? (isCityscapes || isMost ? 512 : 256)
    }
  }

  /// The encoder's options, `nil` if there is none.
  func encoder() -> SPADEConfiguration.Encoder? {
    let shapes = shapes(SceneParts.encoderPrefix)
    guard shapes.has("fc_mu.weight") else { return nil }
    let kind = layer("layer1", shapes)
    return SPADEConfiguration.Encoder(
      filters: kind.outputs,
      layers: shapes.count(below: 6) { index in
        layer("layer\(index + 1)", shapes).isPresent
          ? present("layer\(index + 1)", shapes) : "none"
      }, norm: kind.norm, codeWidth: shapes["fc_mu.weight", 0] ?? 1)
  }

  /// The discriminator's options, `nil` if there is none.
  func discriminator() -> SPADEConfiguration.Discriminator? {
    let shapes = shapes(SceneParts.discriminatorPrefix)
    guard shapes.has("discriminator_0.model0.0.weight") else { return nil }
    let layers = (0..<17).prefix { index in
      index == 0 || layer("discriminator_0.model\(index).0", shapes).isPresent
    }.count
    return SPADEConfiguration.Discriminator(
      inputs: shapes["discriminator_0.model0.0.weight", 1] ?? 1,
      filters: shapes["discriminator_0.model0.0.weight", 0] ?? 1, layers: max(layers - 1, 1),
      scales: shapes.count(below: 17) { "discriminator_\($0).model0.0.weight" },
      norm: layer("discriminator_0.model1.0", shapes).norm)
  }

  /// The name of a layer's weight as the file has it.
  private func present(_ name: String, _ shapes: ParameterShapes) -> String {
    ["\(name).0.weight_orig", "\(name).0.weight", "\(name).weight_orig", "\(name).weight"]
      .first { shapes.has($0) } ?? "\(name).weight"
  }

  /// What a file says of a layer that may be a pair of convolution and norm.
  private func layer(
    _ name: String, _ shapes: ParameterShapes
  ) -> (isPresent: Bool, outputs: Int, norm: PlaneNorm.Kind) {
    let weight = present(name, shapes)
    let isPair = weight.hasPrefix("\(name).0.")
    return (
      shapes.has(weight), shapes[weight, 0] ?? 1,
      !isPair ? .none : shapes.has("\(name).1.running_mean") ? .batch : .instance
    )
  }
}
