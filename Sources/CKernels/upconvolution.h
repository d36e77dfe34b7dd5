// The ×2 up-convolution: a transposed 3×3 convolution with stride 2, then a separable 4×4 filter.
//
// Along one axis the transposed convolution gives y[2i] = w₀·x[i] + w₂·x[i − 1] and
// y[2i + 1] = w₁·x[i]. Four i at a time, the even outputs are F(4, 2) (5 products, points 0, 1, −1,
// 2, ∞) and the odd ones 4 products: 9, so 81 products a tile of 4×4 input pixels for its 8×8
// outputs, against 144 of the polyphase form. Only 36 of the 81 weight matrices differ.
// The filter then runs over the rows of a band of tiles while they are in cache.
//
// The result has one more even column and row than tiles cover where the width or the height is a
// multiple of 4: these edges are products of their own, of the last column and the last row of x.

// Bᵀ·d of F(4, 2), then the four samples themselves.
#define FORWARD_UP(d, e)                                               \
  do {                                                                 \
    lanes p = d[3] - d[1], q = 2 * d[2];                               \
    e[0] = p - q + 2 * d[0];                                           \
    e[1] = d[3] - d[2] - 2 * d[1];                                     \
    e[2] = d[3] - 3 * d[2] + 2 * d[1];                                 \
    e[3] = p;                                                          \
    e[4] = d[4] - d[2] - 2 * p;                                        \
    e[5] = d[1], e[6] = d[2], e[7] = d[3], e[8] = d[4];                \
  } while (0)

// Aᵀ·m of F(4, 2): the four even outputs.
#define BACKWARD_UP(m, z)                                              \
  do {                                                                 \
    lanes p = m[1] + m[2], q = m[1] - m[2];                            \
    z[0] = m[0] + p + m[3], z[1] = q + 2 * m[3];                       \
    z[2] = p + 4 * m[3], z[3] = q + 8 * m[3] + m[4];                   \
  } while (0)

INLINE int up_across(const struct atelier_layer *l) { return (l->width + 3) / 4; }
INLINE int up_down(const struct atelier_layer *l) { return (l->height + 3) / 4; }

static TARGET void NAME(up_input)(
    const struct atelier_layer *l, float *v, int row0, int row1, int c0, int c1) {
  int across = up_across(l), tiles = (row1 - row0) * across;
  long inputs = l->inputs, panels = (tiles + PANEL - 1) / PANEL;
  long step = panels * inputs * PANEL + apart;
  float buffer[5 * (4 * LANES + 8)];
  for (int c = c0; c < c1; c++) {
    const float *plane = l->x + (long)c * l->height * l->width;
    float scale = l->input_scale ? l->input_scale[c] : 1;
    for (int ty = row0; ty < row1; ty++)
      for (int tx = 0; tx < across; tx += LANES) {
        int count = across - tx < LANES ? across - tx : LANES;
        long column = (long)(ty - row0) * across + tx, within = column % PANEL, stride;
        float *to = v + column / PANEL * inputs * PANEL + c * PANEL;
        const float *d = window(l, plane, ty * 4 - 1, tx * 4 - 1, 5, buffer, &stride);
        if (c + 1 < c1 && d != buffer) fetch_next(l, d, 5);
        lanes e[5][9];
        EACH(i, 5) {
          lanes row[5];
          take_every_fourth(d + i * stride, row, 4);
          take_every_fourth(d + i * stride + 4, row + 4, 1);
          EACH(j, 5) row[j] *= scale;
          FORWARD_UP(row, e[i]);
        }
        EACH(j, 9) {
          lanes d[5] = {e[0][j], e[1][j], e[2][j], e[3][j], e[4][j]}, out[9];
          FORWARD_UP(d, out);
          EACH(i, 9) put_tiles(to + (i * 9 + j) * step, inputs, within, count, out[i]);
        }
      }
  }
}

// Matrices m0..<m1 of the 36, each with all its frequencies while its weights are in cache; from the
// last matrix backwards, since that has the most.
static TARGET void NAME(up_multiply)(
    const struct atelier_layer *l, const float *v, float *sums, int tiles, int m0, int m1) {
  long inputs = l->inputs, groups = (l->outputs + ROWS - 1) / ROWS;
  long panels = (tiles + PANEL - 1) / PANEL, stride = panels * PANEL + 16;
  long from = panels * inputs * PANEL + apart, to = groups * ROWS * stride + apart;
  for (int m = m0; m < m1; m++) {
    int i0 = (35 - m) / 6, j0 = (35 - m) % 6;
    int i1 = i0 < 5 ? i0 + 1 : 9, j1 = j0 < 5 ? j0 + 1 : 9;
    for (long g = 0; g < groups; g++) {
      const float *weights = l->weights + ((35 - m) * groups + g) * inputs * ROWS;
      for (int i = i0; i < i1; i++)
        for (int j = j0; j < j1; j++)
          for (long p = 0; p < panels; p++)
            tile(
                inputs, weights, v + (i * 9 + j) * from + p * inputs * PANEL,
                sums + (i * 9 + j) * to + g * ROWS * stride + p * PANEL, stride, 0,
                tiles - p * PANEL);
    }
  }
}

// Rows of y hold the even columns, then the odd ones, each after `margin` floats.
enum { margin = 16 };
INLINE long up_phase(const struct atelier_layer *l) {
  return (long)up_across(l) * 4 + margin + 4 * LANES;
}

// The edges of one channel: the last column, 8 rows a row of tiles, then the last row as a line.
INLINE long up_edge(const struct atelier_layer *l) { return up_down(l) * 8 + 2 * up_phase(l); }

// The last column of x, then its last row, as panels [⌈height/panel⌉ + ⌈width/panel⌉][inputs][panel].
static TARGET void NAME(up_edge_pack)(
    const struct atelier_layer *l, float *columns, int c0, int c1) {
  long inputs = l->inputs, across = (l->height + PANEL - 1) / PANEL;
  for (int c = c0; c < c1; c++) {
    const float *plane = l->x + (long)c * l->height * l->width;
    float scale = l->input_scale ? l->input_scale[c] : 1;
    for (int side = 0; side < 2; side++) {
      const float *from = side ? plane + (long)(l->height - 1) * l->width : plane + l->width - 1;
      long count = side ? l->width : l->height, step = side ? 1 : l->width;
      float *to = columns + (side ? across * inputs * PANEL : 0) + c * PANEL;
      for (long n = 0; n < (count + PANEL - 1) / PANEL * PANEL; n++)
        to[n / PANEL * inputs * PANEL + n % PANEL] = n < count ? from[n * step] * scale : 0;
    }
  }
}

// The edges of the channels of groups g0..<g1; `sums` holds 3·rows·⌈side/panel⌉·panel floats.
static TARGET void NAME(up_edge_multiply)(
    const struct atelier_layer *l, const float *columns, float *edges, float *sums, int g0,
    int g1) {
  // Weights of the last column: ½·w₀₂, ½·w₁₂ and ¼·w₂₂ among the 36; of the last row the transposed.
  static const int matrices[2][3] = {{4 * 6, 5 * 6, 0}, {4, 5, 0}};
  long inputs = l->inputs, groups = (l->outputs + ROWS - 1) / ROWS, phase = up_phase(l);
  for (int side = 0; side < 2; side++) {
    long count = side ? l->width : l->height, panels = (count + PANEL - 1) / PANEL;
    const float *from = columns + (side ? (l->height + PANEL - 1) / PANEL * inputs * PANEL : 0);
    long stride = panels * PANEL;
    for (int g = g0; g < g1; g++) {
      for (int k = 0; k < 3; k++)
        for (long p = 0; p < panels; p++)
          tile(
              inputs, l->weights + (matrices[side][k] * groups + g) * inputs * ROWS,
              from + p * inputs * PANEL, sums + k * ROWS * stride + p * PANEL, stride, 0,
              count - p * PANEL);
      for (int r = 0; r < ROWS && g * ROWS + r < l->outputs; r++) {
        float *edge = edges + (long)(g * ROWS + r) * up_edge(l);
        const float *first = sums + r * stride, *second = first + ROWS * stride;
        const float *third = second + ROWS * stride;
        // Even and odd samples lie apart in the row and alternate in the column.
        long step = side ? 1 : 2, odd = side ? phase : 1;
        float *to = edge + (side ? up_down(l) * 8 : 0);
        memset(to, 0, sizeof(float) * (side ? 2 * phase : up_down(l) * 8));
        if (side) to += margin;
        for (long i = 0; i < count; i++) {
          to[i * step] = 2 * first[i] + (i > 0 ? 4 * third[i - 1] : 0);
          to[i * step + odd] = 2 * second[i];
        }
        // The sample after the last lies in the column only if there are rows below.
        if (side || l->height % 4) to[count * step] = 4 * third[count - 1];
      }
    }
  }
}

// Output rows r0..<r1 of one channel; y points at the row before r0.
INLINE void filter_rows(
    const struct atelier_layer *l, const float *filter, const float *y, int channel, int r0,
    int r1) {
  long phase = up_phase(l), row = 2 * phase;
  int w = l->width;
  finish f = finish_of(l, channel);
  const float *a = filter, *b = filter + 4;
  for (int r = r0; r < r1; r++, y += row) {
    float *to = l->y + ((long)channel * l->out_height + r) * l->out_width;
    const float *noise = l->epilogue.noise ? l->epilogue.noise + (long)r * l->out_width : 0;
    enum { strip = 256 };
    for (int x0 = 0; x0 < w; x0 += strip) {
      int count = w - x0 < strip ? w - x0 : strip;
      // Down the columns first, for samples x0 − 1 ..= x0 + count.
      float even[strip + 3 * LANES], odd[strip + 3 * LANES];
      for (int i = 0; i < count + 2; i += LANES) {
        const float *e = y + margin + x0 - 1 + i, *o = e + phase;
        store(
            even + i, a[0] * load(e) + a[1] * load(e + row) + a[2] * load(e + 2 * row) +
                          a[3] * load(e + 3 * row));
        store(
            odd + i, a[0] * load(o) + a[1] * load(o + row) + a[2] * load(o + 2 * row) +
                         a[3] * load(o + 3 * row));
      }
      for (int i = 0; i < count; i += LANES) {
        lanes e0 = load(even + i + 1), e1 = load(even + i + 2);
        lanes before = load(odd + i), o0 = load(odd + i + 1), o1 = load(odd + i + 2);
        lanes p = b[0] * before + b[1] * e0 + b[2] * o0 + b[3] * e1;
        lanes q = b[0] * e0 + b[1] * o0 + b[2] * e1 + b[3] * o1;
        lanes low = ZIP_LOW(p, q), high = ZIP_HIGH(p, q);
        float *out = to + 2 * (x0 + i);
        const float *extra = noise ? noise + 2 * (x0 + i) : 0;
        if (i + LANES <= count) {
          int streams = streams_to(out, f);
          put_finished(out, finished(low, extra, f), streams);
          put_finished(out + LANES, finished(high, extra ? extra + LANES : 0, f), streams);
        } else {
          float piece[2 * LANES];
          store(piece, low);
          store(piece + LANES, high);
          finish_row(out, piece, extra, f, 2 * (count - i));
        }
      }
    }
  }
}

static TARGET void NAME(up_finish)(
    const struct atelier_layer *l, const float *filter, const float *sums, const float *edges,
    int band0, int row0, int row1, float *carry, float *before, float *after, float *lines, int o0,
    int o1) {
  int across = up_across(l), tiles = (row1 - row0) * across;
  long rows = (l->outputs + ROWS - 1) / ROWS * ROWS;
  long panels = (tiles + PANEL - 1) / PANEL, stride = panels * PANEL + 16;
  long step = rows * stride + apart, phase = up_phase(l), row = 2 * phase;
  int isFirst = row0 == band0, height = 8 * (row1 - row0);
  int isLast = row1 == up_down(l), hasEdge = l->width % 4 == 0;
  for (int o = o0; o < o1; o++) {
    // Lines −3, −2, −1 come from the rows of tiles above, then 8 lines a row of tiles.
    if (isFirst) {
      memset(lines, 0, sizeof(float) * 3 * row);
    } else {
      memcpy(lines, carry + o * 3 * row, sizeof(float) * 3 * row);
    }
    float *y = lines + 3 * row;
    for (int ty = 0; ty < row1 - row0; ty++)
      for (int tx = 0; tx < across; tx += LANES) {
        const float *m = sums + o * stride + ty * across + tx;
        lanes e[8][9];
        EACH(j, 9) {
          lanes column[9], z[4];
          EACH(i, 9) column[i] = load(m + (i * 9 + j) * step);
          BACKWARD_UP(column, z);
          EACH(i, 4) e[2 * i][j] = z[i], e[2 * i + 1][j] = column[5 + i];
        }
        EACH(i, 8) {
          float *to = y + (ty * 8 + i) * row + margin + tx * 4;
          lanes z[4], out[4];
          BACKWARD_UP(e[i], z);
          interleave4(z, out);
          EACH(k, 4) store(to + k * LANES, out[k]);
          interleave4(e[i] + 5, out);
          EACH(k, 4) store(to + phase + k * LANES, out[k]);
        }
      }
    const float *edge = edges + o * up_edge(l);
    for (int i = 0; i < height; i++) {
      y[i * row + margin - 1] = 0;
      y[i * row + phase + margin - 1] = 0;
      if (!hasEdge) continue;
      y[i * row + margin + l->width] = edge[8 * row0 + i];
      y[i * row + phase + margin + l->width] = 0;
    }
    if (isLast && l->height % 4 == 0) {
      memcpy(y + height * row, edge + up_down(l) * 8, sizeof(float) * row);
      memset(y + (height + 1) * row, 0, sizeof(float) * row);
    }
    int first = isFirst ? (row0 == 0 ? 0 : 8 * row0 + 1) : 8 * row0 - 2;
    int last = isLast ? l->out_height : 8 * row1 - 2;
    if (first < last) filter_rows(l, filter, y + (first - 1 - 8 * row0) * row, o, first, last);
    if (isFirst && row0 > 0) memcpy(before + (o * 6 + 3) * row, y, sizeof(float) * 3 * row);
    memcpy(carry + o * 3 * row, y + (height - 3) * row, sizeof(float) * 3 * row);
    if (after) memcpy(after + o * 6 * row, y + (height - 3) * row, sizeof(float) * 3 * row);
  }
  settle(l);
}

static TARGET void NAME(up_seam)(
    const struct atelier_layer *l, const float *filter, const float *seam, int tile_row, int o0,
    int o1) {
  long row = 2 * up_phase(l);
  int last = 8 * tile_row + 1 < l->out_height ? 8 * tile_row + 1 : l->out_height;
  for (int o = o0; o < o1; o++)
    filter_rows(l, filter, seam + (long)o * 6 * row, o, 8 * tile_row - 2, last);
  settle(l);
}

static TARGET long NAME(up_line)(const struct atelier_layer *l) { return 2 * up_phase(l); }

static TARGET long NAME(up_edge_size)(const struct atelier_layer *l) { return up_edge(l); }
