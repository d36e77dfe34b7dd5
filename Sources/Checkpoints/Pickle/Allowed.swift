/// The functions and classes that a pickle may name.
///
/// This table is the whole of it: each entry builds plain data by Atelier's own code, and any
/// other name ends the reading with an error. Nothing is ever imported or called.
enum Allowed {
  /// What a name stands for.
  enum Meaning: Equatable, Sendable {
    case orderedDictionary, dictionary, set, frozenSet, bytes, byteArray, complex
    /// `_codecs.encode`: how protocols 0 to 2 write bytes.
    case encode
    /// A class whose state is kept as plain data under its name.
    case object
    /// NVLabs' persistence: `{class_name, module_src, state, …}`.
    case module
    case tensor, parameter, storageFile
    case storage(ScalarType)
    case size, device
    /// A plain word, such as torch's names of element types.
    case word
    case arrayShell, array, scalar, arrayFromBuffer, elementType
  }

  /// The meaning of `module.name`; `nil` for everything that is not allowed.
  static func meaning(module: String, name: String) -> Meaning? {
    if let meaning = table["\(module).\(name)"] { return meaning }
    // The classes of a TorchScript archive: numbered names whose state is a plain dictionary.
    return module == "__torch__" || module.hasPrefix("__torch__.") ? .object : nil
  }

  private static let table: [String: Meaning] = {
    var table: [String: Meaning] = [
      "collections.OrderedDict": .orderedDictionary,
      "_codecs.encode": .encode,
      "dnnlib.util.EasyDict": .dictionary,
      "dnnlib.tflib.network.Network": .object,
      "tfutil.Network": .object,
      "argparse.Namespace": .object,
      "torch_utils.persistence._reconstruct_persistent_obj": .module,
      "torch._utils._rebuild_tensor": .tensor,
      "torch._utils._rebuild_tensor_v2": .tensor,
      "torch._utils._rebuild_parameter": .parameter,
      "torch.storage._load_from_bytes": .storageFile,
      "torch.FloatStorage": .storage(.f32),
      "torch.DoubleStorage": .storage(.f64),
      "torch.HalfStorage": .storage(.f16),
      "torch.BFloat16Storage": .storage(.bf16),
      "torch.LongStorage": .storage(.i64),
      "torch.IntStorage": .storage(.i32),
      "torch.ShortStorage": .storage(.i16),
      "torch.CharStorage": .storage(.i8),
      "torch.ByteStorage": .storage(.u8),
      "torch.BoolStorage": .storage(.bool),
      "torch.ComplexFloatStorage": .storage(.complex64),
      "torch.Size": .size,
      "torch.device": .device,
      "numpy.ndarray": .array,
      "numpy.dtype": .elementType,
    ]
    for module in ["builtins", "__builtin__"] {
      table["\(module).set"] = .set
      table["\(module).frozenset"] = .frozenSet
      table["\(module).bytes"] = .bytes
      table["\(module).bytearray"] = .byteArray
      table["\(module).complex"] = .complex
    }
    for package in ["numpy.core", "numpy._core"] {
      table["\(package).multiarray._reconstruct"] = .arrayShell
      table["\(package).multiarray.scalar"] = .scalar
      table["\(package).numeric._frombuffer"] = .arrayFromBuffer
    }
    let words = [
      "float16", "float32", "float64", "bfloat16", "half", "float", "double", "int8", "int16",
      "int32", "int64", "uint8", "bool", "complex64",
    ]
    for word in words { table["torch.\(word)"] = .word }
    return table
  }()
}
