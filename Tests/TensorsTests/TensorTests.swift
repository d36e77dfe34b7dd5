import TestSupport
import Tensors
import Testing

@Suite("Tensor")
struct TensorTests {
  /// Memory that a tensor may borrow; it says whether it is still there.
  final class Memory: @unchecked Sendable {
    let values: UnsafeMutablePointer<Float>
    private let onEnd: @Sendable () -> Void

    init(_ contents: [Float], onEnd: @escaping @Sendable () -> Void = {}) {
      values = .allocate(capacity: contents.count)
      values.initialize(from: contents, count: contents.count)
      self.onEnd = onEnd
    }

    deinit {
      values.deallocate()
      onEnd()
    }
  }

  @Test("A copy keeps its value when the other is written")
  func copyOnWrite() {
    let original = Tensor([1, 2, 3, 4], shape: [2, 2])
    var copy = original
    copy.withUnsafeMutableBuffer { $0[0] = 9 }
    #expect(original.scalars == [1, 2, 3, 4])
    #expect(copy.scalars == [9, 2, 3, 4])
    var view = original.reshaped([4])
    view.add(Tensor(repeating: 1, shape: [4]))
    #expect(original.scalars == [1, 2, 3, 4] && view.scalars == [2, 3, 4, 5])
  }

  @Test("A tensor that nobody shares is written in place")
  func inPlace() {
    var tensor = Tensor(zeros: [64])
    let before = tensor.withUnsafeBuffer { UInt(bitPattern: $0.baseAddress) }
    let during = tensor.withUnsafeMutableBuffer { UInt(bitPattern: $0.baseAddress) }
    #expect(before == during)
    #expect(before % 64 == 0)
  }

  @Test("Borrowed memory is never written, even by its only tensor")
  func borrowing() {
    let memory = Memory([1, 2, 3])
    var tensor = Tensor(borrowing: memory.values, shape: [3], owner: memory)
    let place = tensor.withUnsafeBuffer { $0.baseAddress.map { UInt(bitPattern: $0) } }
    #expect(place == UInt(bitPattern: memory.values))
    tensor.withUnsafeMutableBuffer { $0[1] = 7 }
    tensor.add(tensor)
    #expect(tensor.scalars == [2, 14, 6])
    #expect(memory.values[1] == 2)
  }

  @Test("Borrowed memory lives as long as a tensor over it, and no longer")
  func lifetime() {
    final class Flag: @unchecked Sendable { var isSet = false }
    let flag = Flag()
    var tensor: Tensor? = {
      let memory = Memory([5, 6]) { flag.isSet = true }
      return Tensor(borrowing: memory.values, shape: [2], owner: memory)
    }()
    #expect(tensor?.scalars == [5, 6] && !flag.isSet)
    tensor?.withUnsafeMutableBuffer { $0[0] = 1 }
    #expect(flag.isSet)
    #expect(tensor?.scalars == [1, 6])
    tensor = nil
  }

  @Test("Rows, entries and indices are row-major")
  func indexing() {
    let tensor = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])
    #expect(tensor[1, 2, 3] == 23 && tensor[0, 1, 0] == 4)
    #expect(tensor.row(1).shape == [3, 4] && tensor.row(1)[0, 0] == 12)
    #expect(tensor.rows(1..<2).shape == [1, 3, 4])
    #expect(tensor.rows(0..<0).count == 0)
    #expect(tensor.reshaped([6, 4]).row(5).scalars == [20, 21, 22, 23])
    #expect(Tensor(2.5).shape == [] && Tensor(2.5).scalar == 2.5)
    #expect(Tensor.concatenated([tensor.rows(1..<2), tensor]).row(0).bits == tensor.row(1).bits)
  }

  @Test("Shapes count from the end with negative axes")
  func shapes() {
    let shape: Shape = [2, 3, 5]
    #expect(shape[-1] == 5 && shape[0] == 2 && shape.count == 30 && shape.rank == 3)
    #expect(Shape([]).count == 1 && Shape([4, 0]).count == 0)
    #expect("\(shape)" == "[2, 3, 5]")
  }
}
