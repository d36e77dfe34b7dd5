// The gradient of 3×3 weights by Winograd's algorithm: F(4×4, 3×3) read backwards.
//
// y = Aᵀ·[(G·w·Gᵀ) ⊙ (Bᵀ·d·B)]·A, so dw = Gᵀ·[Σ over tiles of (A·g·Aᵀ) ⊙ (Bᵀ·d·B)]·G: 36 products a
// tile of 4×4 results in place of 144. Vectors run over channels, so that planes of any size fill them.
//
// With stride 2 the taps 0 and 2 along an axis read the even samples, F(4, 2), and tap 1 the odd ones,
// four plain products: 81 a tile, as in upconvolution.h, in 36 sums.

enum { strip_columns = 66 + LANES, tiles_at_once1 = 16, tiles_at_once2 = 8 };

// A·z for one row or column of four: the frequencies of F(4, 3).
#define SPREAD6(z, m)                                           \
  do {                                                          \
    lanes p = z[0] + z[2], q = z[1] + z[3];                     \
    lanes r = z[0] + 4 * z[2], s = 2 * z[1] + 8 * z[3];         \
    m[0] = z[0], m[1] = p + q, m[2] = p - q;                    \
    m[3] = r + s, m[4] = r - s, m[5] = z[3];                    \
  } while (0)

// Those of F(4, 2), and the four themselves.
#define SPREAD9(z, m)                                           \
  do {                                                          \
    lanes p = z[0] + z[2], q = z[1] + z[3];                     \
    m[0] = z[0], m[1] = p + q, m[2] = p - q;                    \
    m[3] = z[0] + 4 * z[2] + (2 * z[1] + 8 * z[3]);             \
    m[4] = z[3], m[5] = z[0], m[6] = z[1], m[7] = z[2], m[8] = z[3]; \
  } while (0)

// Bᵀ·d of F(4, 2) over the even samples of nine, and the odd ones.
#define FORWARD9(d, e)                                          \
  do {                                                          \
    lanes p = d[6] - d[2], q = 2 * d[4];                        \
    e[0] = p - q + 2 * d[0];                                    \
    e[1] = d[6] - d[4] - 2 * d[2];                              \
    e[2] = d[6] - 3 * d[4] + 2 * d[2];                          \
    e[3] = p;                                                   \
    e[4] = d[8] - d[4] - 2 * p;                                 \
    e[5] = d[1], e[6] = d[3], e[7] = d[5], e[8] = d[7];         \
  } while (0)

// Gᵀ·m for one row or column of six, F(4, 3).
#define GATHER3(m, w)                                           \
  do {                                                          \
    lanes p = (m[1] + m[2]) * (1.f / 6), q = (m[2] - m[1]) * (1.f / 6); \
    lanes r = m[3] + m[4], s = m[3] - m[4];                     \
    w[0] = m[0] * 0.25f - p + r * (1.f / 24);                   \
    w[1] = q + s * (1.f / 12);                                  \
    w[2] = r * (1.f / 6) - p + m[5];                            \
  } while (0)

// The same of F(4, 2) and the odd samples' tap.
#define GATHER3_OF_9(m, w)                                      \
  do {                                                          \
    w[0] = (m[0] - m[1]) * 0.5f + (m[3] - m[2]) * (1.f / 6);    \
    w[1] = m[5];                                                \
    w[2] = m[4] - m[1] * 0.5f + m[2] * (1.f / 6) + m[3] * (1.f / 3); \
  } while (0)

// Products a tile of the sum (i, j) of the 6×6, and of those before it.
INLINE long share(int stride, int i, int j) {
  return stride == 1 ? 1 : (i == 5 ? 4 : 1) * (j == 5 ? 4 : 1);
}
INLINE long before(int stride, int i, int j) {
  return stride == 1 ? i * 6 + j : i * 9 + (i == 5 ? 4 * j : j);
}

// Where the operand of `wide` floats a tile keeps product (a, b), a and b below 6 or 9, of tile 0 in its
// first panel; *pitch is the tiles from one panel to the next.
INLINE long place(int stride, int a, int b, long panels, long tiles, int wide, long *pitch) {
  int i = a < 5 ? a : 5, j = b < 5 ? b : 5;
  long sub = (a - i) * (j == 5 ? 4 : 1) + (b - j);
  *pitch = share(stride, i, j) * tiles;
  return before(stride, i, j) * panels * tiles * wide + (i * 6 + j) * apart + sub * tiles * wide;
}

// Groups of register tiles that whole sixteens of channels fill.
INLINE long left_groups(int channels) { return (channels + 15) / 16 * 16 / ROWS + 1; }

// Rows become columns: perfect shuffles, as many as halve LANES to 1.
INLINE void transpose(lanes *m) {
  lanes t[LANES];
#define SHUFFLE(from, to)                                                    \
  EACH(i, LANES / 2) {                                                       \
    to[2 * i] = ZIP_LOW(from[i], from[i + LANES / 2]);                       \
    to[2 * i + 1] = ZIP_HIGH(from[i], from[i + LANES / 2]);                  \
  }
  SHUFFLE(m, t)
  SHUFFLE(t, m)
#if LANES == 8
  SHUFFLE(m, t)
  EACH(i, LANES) m[i] = t[i];
#elif LANES == 16
  SHUFFLE(m, t)
  SHUFFLE(t, m)
#endif
#undef SHUFFLE
}

// `rows` × `columns` pixels from (y, x) on of LANES channels from `channel` on, scaled, zero outside:
// to [rows][strip_columns][LANES].
INLINE void take_strip(
    const struct atelier_planes *p, int sample, int channel, int y, int x, int rows, int columns,
    float *to) {
  float lines[LANES][strip_columns];
  int first = x < 0 ? -x : 0, last = p->width - x < columns ? p->width - x : columns;
  int wide = (columns + LANES - 1) / LANES * LANES;
  for (int i = 0; i < rows; i++, to += strip_columns * LANES) {
    if (y + i < 0 || y + i >= p->height || last <= first) {
      memset(to, 0, sizeof(float) * wide * LANES);
      continue;
    }
    for (int c = 0; c < LANES; c++) {
      float *line = lines[c];
      if (channel + c >= p->channels) {
        memset(line, 0, sizeof(float) * wide);
        continue;
      }
      long plane = (long)sample * p->channels + channel + c;
      const float *from = p->x + (plane * p->height + y + i) * p->width + x;
      float scale = p->scale ? p->scale[plane] : 1;
      for (int j = 0; j < first; j++) line[j] = 0;
      int j = first;
      for (; j + LANES <= last; j += LANES) store(line + j, load(from + j) * scale);
      for (; j < last; j++) line[j] = from[j] * scale;
      for (j = last; j < wide; j++) line[j] = 0;
    }
    for (int j = 0; j < wide; j += LANES) {
      lanes block[LANES];
      EACH(c, LANES) block[c] = load(lines[c] + j);
      transpose(block);
      EACH(c, LANES) store(to + (j + c) * LANES, block[c]);
    }
  }
}

// One sample of LANES channels among the rows of register tiles.
INLINE void put_rows(float *to, long pitch, int channel, lanes value) {
  float t[LANES];
  store(t, value);
#if LANES % ROWS == 0
  EACH(h, LANES / ROWS)
    memcpy(to + (channel / ROWS + h) * pitch * ROWS, t + h * ROWS, sizeof(float) * ROWS);
#else
  for (int c = channel; c < channel + LANES; c++)
    to[c / ROWS * pitch * ROWS + c % ROWS] = t[c - channel];
#endif
}

INLINE void transform_inputs(
    const struct atelier_planes *p, float *v, int t0, int t1, int c0, int c1, const int stride) {
  enum { most = 9 };
  const int size = stride == 1 ? 6 : 9, at_once = stride == 1 ? tiles_at_once1 : tiles_at_once2;
  long tiles = t1 - t0, panels = (p->channels + PANEL - 1) / PANEL;
  float strip[most * strip_columns * LANES];
  for (int c = c0; c < c1 && c < p->channels; c += LANES)
    for (int t = t0; t < t1;) {
      int tx = t % p->across, ty = t / p->across % p->down, sample = t / p->across / p->down;
      int count = p->across - tx < t1 - t ? p->across - tx : t1 - t, step = 4 * stride;
      if (count > at_once) count = at_once;
      take_strip(
          p, sample, c, step * ty - p->padding, step * tx - p->padding, size,
          step * (count - 1) + size, strip);
      for (int n = 0; n < count; n++, t++) {
        lanes e[most][most];
        EACH(i, size) {
          lanes row[most];
          EACH(j, size) row[j] = load(strip + (i * strip_columns + step * n + j) * LANES);
          if (stride == 1) FORWARD6(row, e[i]); else FORWARD9(row, e[i]);
        }
        EACH(j, size) {
          lanes column[most], out[most];
          EACH(i, size) column[i] = e[i][j];
          if (stride == 1) FORWARD6(column, out); else FORWARD9(column, out);
          EACH(i, size) {
            long pitch, at = place(stride, i, j, panels, tiles, PANEL, &pitch);
            store(v + at + (c / PANEL * pitch + t - t0) * PANEL + c % PANEL, out[i]);
          }
        }
      }
    }
}

static TARGET void NAME(gradient_input)(
    const struct atelier_planes *p, float *v, int t0, int t1, int c0, int c1) {
  if (p->stride == 1) {
    transform_inputs(p, v, t0, t1, c0, c1, 1);
  } else {
    transform_inputs(p, v, t0, t1, c0, c1, 2);
  }
}

INLINE void transform_gradients(
    const struct atelier_planes *p, float *u, int t0, int t1, int c0, int c1, const int stride) {
  enum { most = 9 };
  const int size = stride == 1 ? 6 : 9;
  long tiles = t1 - t0, groups = left_groups(p->channels);
  float strip[4 * strip_columns * LANES];
  for (int c = c0; c < c1 && c < p->channels; c += LANES)
    for (int t = t0; t < t1;) {
      int tx = t % p->across, ty = t / p->across % p->down, sample = t / p->across / p->down;
      int count = p->across - tx < t1 - t ? p->across - tx : t1 - t;
      if (count > tiles_at_once1) count = tiles_at_once1;
      take_strip(p, sample, c, 4 * ty, 4 * tx, 4, 4 * count, strip);
      for (int n = 0; n < count; n++, t++) {
        lanes e[4][most];
        EACH(i, 4) {
          lanes row[4];
          EACH(j, 4) row[j] = load(strip + (i * strip_columns + 4 * n + j) * LANES);
          if (stride == 1) SPREAD6(row, e[i]); else SPREAD9(row, e[i]);
        }
        EACH(j, size) {
          lanes column[4] = {e[0][j], e[1][j], e[2][j], e[3][j]}, out[most];
          if (stride == 1) SPREAD6(column, out); else SPREAD9(column, out);
          EACH(i, size) {
            long pitch, at = place(stride, i, j, groups, tiles, ROWS, &pitch);
            put_rows(u + at + (t - t0) * ROWS, pitch, c, out[i]);
          }
        }
      }
    }
}

static TARGET void NAME(gradient_output)(
    const struct atelier_planes *p, float *u, int t0, int t1, int c0, int c1) {
  if (p->stride == 1) {
    transform_gradients(p, u, t0, t1, c0, c1, 1);
  } else {
    transform_gradients(p, u, t0, t1, c0, c1, 2);
  }
}

// From the last frequency backwards, since that has the most products.
static TARGET void NAME(gradient_multiply)(
    const struct atelier_gradient *d, const float *u, const float *v, float *sums, int tiles,
    int k0, int k1, int group0, int group1, int adds) {
  long panels = (d->inputs + PANEL - 1) / PANEL, stride = panels * PANEL + 16;
  long groups = left_groups(d->outputs), to = (group1 - group0) * ROWS * stride + apart;
  for (int k = 35 - k0; k > 35 - k1; k--) {
    long depth, same;
    const float *left = u + place(d->stride, k / 6, k % 6, groups, tiles, ROWS, &depth);
    const float *right = v + place(d->stride, k / 6, k % 6, panels, tiles, PANEL, &same);
    for (long p = 0; p < panels; p++)
      for (long g = group0; g < group1; g++)
        tile(
            depth, left + g * depth * ROWS, right + p * depth * PANEL,
            sums + k * to + (g - group0) * ROWS * stride + p * PANEL, stride, adds,
            d->inputs - p * PANEL);
  }
}

static TARGET void NAME(gradient_finish)(
    const struct atelier_gradient *d, const float *sums, int group0, int group1, int o0, int o1) {
  long panels = (d->inputs + PANEL - 1) / PANEL, stride = panels * PANEL + 16;
  long step = (group1 - group0) * ROWS * stride + apart;
  for (int o = o0; o < o1; o++)
    for (int c = 0; c < d->inputs; c += LANES) {
      const float *from = sums + (o - group0 * ROWS) * stride + c;
      lanes e[3][6];
      EACH(j, 6) {
        lanes column[6], w[3];
        EACH(i, 6) column[i] = load(from + (i * 6 + j) * step);
        if (d->stride == 1) GATHER3(column, w); else GATHER3_OF_9(column, w);
        EACH(i, 3) e[i][j] = w[i];
      }
      float t[9][LANES];
      EACH(i, 3) {
        lanes w[3];
        if (d->stride == 1) GATHER3(e[i], w); else GATHER3_OF_9(e[i], w);
        EACH(j, 3) store(t[i * 3 + j], w[j]);
      }
      int count = d->inputs - c < LANES ? d->inputs - c : LANES;
      float *to = d->weights + ((long)o * d->inputs + c) * 9;
      for (int n = 0; n < count; n++)
        for (int tap = 0; tap < 9; tap++) to[n * 9 + tap] = t[tap][n];
    }
}

// Floats of the transformed inputs, of the transformed gradients and of the sums.
static TARGET void NAME(gradient_room)(const struct atelier_gradient *d, int tiles, long room[3]) {
  long panels = (d->inputs + PANEL - 1) / PANEL, groups = (d->outputs + ROWS - 1) / ROWS;
  long products = d->stride == 1 ? 36 : 81;
  room[0] = products * panels * tiles * PANEL + 36 * apart;
  room[1] = products * left_groups(d->outputs) * tiles * ROWS + 36 * apart;
  room[2] = 36 * (groups * ROWS * (panels * PANEL + 16) + apart) + PANEL;
}
