extension IntegerMap {
  /// The indices of the pixels that hang together with the one at `start` and have its number, in no
  /// particular order; pixels hang together along sides, not corners.
  package func piece(at start: Int) -> [Int] {
    let wanted = values[start]
    var isIn = [Bool](repeating: false, count: values.count)
    isIn[start] = true
    var piece = [start]
    var done = 0
    while done < piece.count {
      let index = piece[done]
      done += 1
      let x = index % width
      let neighbours = [
        x > 0 ? index - 1 : -1, x + 1 < width ? index + 1 : -1, index - width, index + width,
      ]
      for next in neighbours
      where next >= 0 && next < values.count && !isIn[next] && values[next] == wanted {
        isIn[next] = true
        piece.append(next)
      }
    }
    return piece
  }
}
