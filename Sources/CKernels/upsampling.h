// ×2 upsampling of planes by a separable filter of four taps: along one axis,
// y[2i] = t₀·x[i − 1] + t₂·x[i] and y[2i + 1] = t₁·x[i] + t₃·x[i + 1].

// Output rows r0..<r1; `filter` holds the taps down, then across; x [height, width].
static TARGET void NAME(upsample2)(
    float *y, const float *x, const float *filter, int height, int width, int r0, int r1) {
  enum { strip = 512 };
  const float *a = filter, *b = filter + 4;
  for (int r = r0; r < r1; r++) {
    float *to = y + (long)r * 2 * width;
    int top = r % 2 ? r / 2 : r / 2 - 1, bottom = top + 1;
    // Rows outside the plane count nothing.
    float first = top >= 0 ? a[r % 2] : 0, second = bottom < height ? a[r % 2 + 2] : 0;
    const float *p = x + (long)(top >= 0 ? top : 0) * width;
    const float *q = x + (long)(bottom < height ? bottom : height - 1) * width;
    for (int x0 = 0; x0 < width; x0 += strip) {
      int count = width - x0 < strip ? width - x0 : strip;
      // line[i] is sample x0 − 1 + i of the row between rows.
      float line[strip + 2 + LANES];
      int from = x0 == 0, until = x0 + count == width ? count + 1 : count + 2;
      line[0] = line[count + 1] = 0;
      for (int i = from; i < until; i++)
        line[i] = first * p[x0 - 1 + i] + second * q[x0 - 1 + i];
      int i = 0;
      for (; i + LANES <= count; i += LANES) {
        lanes before = load(line + i), here = load(line + i + 1), after = load(line + i + 2);
        lanes even = b[0] * before + b[2] * here, odd = b[1] * here + b[3] * after;
        store(to + 2 * (x0 + i), ZIP_LOW(even, odd));
        store(to + 2 * (x0 + i) + LANES, ZIP_HIGH(even, odd));
      }
      for (; i < count; i++) {
        to[2 * (x0 + i)] = b[0] * line[i] + b[2] * line[i + 1];
        to[2 * (x0 + i) + 1] = b[1] * line[i + 1] + b[3] * line[i + 2];
      }
    }
  }
}
