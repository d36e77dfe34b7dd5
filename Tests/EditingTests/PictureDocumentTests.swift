import Editing
import Foundation
import Imaging
import TestSupport
import Tensors
import Testing

@Suite("Documents in pictures")
struct PictureDocumentTests {
  let direction = Tensor([1, -0.0, .leastNonzeroMagnitude], shape: [3])
  let network = PictureDocument.Network(
    digest: Digest(of: Data("a network".utf8)), family: "Small", name: "faces-6")
  let recipe: Recipe
  let document: PictureDocument
  let plan: RenderPlan

  init() throws {
    var content = MemoryContent()
    let digest = content.add(direction)
    content.add(Tensor.sample([9]))
    var recipe = Recipe(network: network.digest, base: .seed(85), truncation: .psi(0.7))
    recipe.append(MoveOperation(along: digest, by: 2))
    self.recipe = recipe
    document = try PictureDocument(
      name: "anna", network: network, recipe: recipe, content: content,
      names: [digest: "smile", Digest(of: Tensor.sample([9])): "unused"])
    plan = try Renderer(generator: SmallGenerator(), network: network.digest, content: content)
      .plan(recipe)
  }

  func texts() throws -> [PNGText] {
    try document.texts(plan: plan, pixels: Digest(of: Data([1])), engine: "Atelier")
  }

  @Test("A document reads back from its texts with all that its recipe names, and no more")
  func roundTrip() throws {
    let texts = try texts()
    #expect(texts.map(\.keyword) == ["Software", "atelier:recipe", "atelier:plan"])
    let read = try #require(try PictureDocument(texts: texts.reversed()))
    #expect(read.name == "anna" && read.network == network && read.recipe == recipe)
    let digest = Digest(of: direction)
    #expect(Array(read.tensors.keys) == [digest])
    #expect(read.tensors[digest]?.bits == direction.bits)
    #expect(read.names == [digest: "smile"])
    #expect(try PictureDocument.pixelDigest(texts: texts) == Digest(of: Data([1])))
    let again = try read.texts(plan: plan, pixels: Digest(of: Data([1])), engine: "Atelier")
    #expect(again == texts)
  }

  @Test("A recipe's content must be at hand when the document is made")
  func missingContent() {
    #expect(throws: EditingError.self) {
      try PictureDocument(
        name: "anna", network: network, recipe: recipe, content: MemoryContent())
    }
  }

  @Test("A picture without a document has none")
  func without() throws {
    let texts = [PNGText(keyword: "Software", text: "a camera")]
    #expect(try PictureDocument(texts: texts) == nil)
    #expect(try PictureDocument.pixelDigest(texts: texts) == nil)
  }

  @Test(
    "Damaged and newer documents are one clear error",
    arguments: [
      ("\"atelier\":1,\"name\"", "\"atelier\":7,\"name\""), ("{", "["),
      ("\"shape\":[3]", "\"shape\":[4]"), ("\"shape\":[3]", "\"shape\":[-3]"),
      ("\"shape\":[3]", "\"shape\":[9223372036854775807,4]"), ("\"shape\":[3]", "\"shape\":[1,3]"),
      ("\"float32\":\"AACA", "\"float32\":\"AACB"), ("\"float32\":\"", "\"float32\":\"!"),
      ("\"by\":2", "\"by\":[]"), ("\"name\":\"anna\",", ""),
    ])
  func damaged(old: String, new: String) throws {
    var texts = try texts()
    let text = texts[1].text.replacing(old, with: new, maxReplacements: 1)
    #expect(text != texts[1].text, "\(old) is not in \(texts[1].text)")
    texts[1] = PNGText(keyword: texts[1].keyword, text: text)
    #expect(throws: EditingError.self) { try PictureDocument(texts: texts) }
  }
}
