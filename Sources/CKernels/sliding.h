// Convolutions with stride 1 that slide over a padded picture: nothing is packed.
//
// y[o, i, j] = Σ_c Σ_ky Σ_kx w[o, c, ky, kx] · x[c, i + ky, j + kx]. A tile of outputs × pixels of
// one row reads its samples where they lie. Channels that are zero all around a tile are left out:
// of a one-hot label map few remain.

enum { cell_height = 8 };

// c[r, n] = Σ over `count` channels and all taps; b points at the tile's first sample.
#define SLIDE(name, rows, nv)                                                            \
  static TARGET void NAME(name)(                                                         \
      const struct atelier_layer *l, const int *channels, int count, const float *a,     \
      const float *b, float *c) {                                                        \
    lanes sum[rows][nv];                                                                 \
    EACH(i, rows)                                                                        \
      EACH(v, nv)                                                                        \
        sum[i][v] = (lanes){0};                                                          \
    long plane = (long)l->height * l->width;                                             \
    int taps = l->kernel_height * l->kernel_width;                                       \
    for (int n = 0; n < count; n++) {                                                    \
      const float *left = a + (long)channels[n] * taps * ROWS;                           \
      const float *from = b + channels[n] * plane;                                       \
      for (int ky = 0; ky < l->kernel_height; ky++, from += l->width)                    \
        for (int kx = 0; kx < l->kernel_width; kx++, left += ROWS) {                     \
          lanes right[nv];                                                               \
          EACH(v, nv)                                                                    \
            right[v] = load(from + kx + v * LANES);                                      \
          EACH(i, rows) {                                                                \
            lanes weight = splat(left[i]);                                               \
            EACH(v, nv)                                                                  \
              sum[i][v] += weight * right[v];                                            \
          }                                                                              \
        }                                                                                \
    }                                                                                    \
    EACH(i, rows)                                                                        \
      EACH(v, nv)                                                                        \
        store(c + i * PANEL + v * LANES, sum[i][v]);                                     \
  }

SLIDE(slide1, ROWS, 1)
SLIDE(slide2, ROWS, 2)
SLIDE(slide_few1, 4, 1)
SLIDE(slide_few2, 4, 2)
#if VECTORS > 2
SLIDE(slide3, ROWS, 3)
SLIDE(slide_few3, 4, 3)
#endif

// One tile of at most `rows` outputs and `columns` pixels.
INLINE void slide_tile(
    const struct atelier_layer *l, const int *channels, int count, const float *a, const float *b,
    float *c, int rows, int columns) {
  int few = rows <= 4;
#if VECTORS > 2
  if (columns > 2 * LANES)
    return few ? NAME(slide_few3)(l, channels, count, a, b, c)
               : NAME(slide3)(l, channels, count, a, b, c);
#endif
  if (columns > LANES)
    return few ? NAME(slide_few2)(l, channels, count, a, b, c)
               : NAME(slide2)(l, channels, count, a, b, c);
  few ? NAME(slide_few1)(l, channels, count, a, b, c) : NAME(slide1)(l, channels, count, a, b, c);
}

// The channels that are not zero in the cells which rows y0..<y1 and columns x0..<x1 meet.
INLINE int present(
    const struct atelier_layer *l, const unsigned char *filled, int y0, int y1, int x0, int x1,
    int *channels) {
  int count = 0, across = (l->width + PANEL - 1) / PANEL;
  for (int c = 0; c < l->inputs; c++) {
    int any = !filled;
    for (int i = y0 / cell_height; filled && i * cell_height < y1; i++)
      for (int j = x0 / PANEL; j * PANEL < x1; j++)
        any |= filled[((long)i * across + j) * l->inputs + c];
    channels[count] = c;
    count += any != 0;
  }
  return count;
}

// Output rows r0..<r1; `channels` is room for one int a channel.
static TARGET void NAME(slide)(
    const struct atelier_layer *l, const unsigned char *filled, int *channels, int r0, int r1) {
  int groups = (l->outputs + ROWS - 1) / ROWS;
  long depth = (long)l->inputs * l->kernel_height * l->kernel_width;
  float sums[ROWS * PANEL];
  for (int x0 = 0; x0 < l->out_width; x0 += PANEL) {
    int columns = l->out_width - x0 < PANEL ? l->out_width - x0 : PANEL;
    int right = x0 + columns + l->kernel_width - 1, count = 0, known = -1;
    for (int y = r0; y < r1; y++) {
      // The cells change with the first and the last row of the window.
      int cells = y / cell_height + (y + l->kernel_height - 1) / cell_height;
      if (cells != known)
        count = present(l, filled, y, y + l->kernel_height, x0, right, channels);
      known = cells;
      for (int g = 0; g < groups; g++) {
        int rows = l->outputs - g * ROWS < ROWS ? l->outputs - g * ROWS : ROWS;
        slide_tile(
            l, channels, count, l->weights + g * depth * ROWS, l->x + (long)y * l->width + x0, sums,
            rows, columns);
        long at = (long)y * l->out_width + x0;
        for (int r = 0; r < rows; r++)
          finish_row(
              l->y + (long)(g * ROWS + r) * l->out_height * l->out_width + at, sums + r * PANEL,
              l->epilogue.noise ? l->epilogue.noise + at : 0, finish_of(l, g * ROWS + r), columns);
      }
    }
  }
  settle(l);
}
