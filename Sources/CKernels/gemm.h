// Packed matrix products: a register tile of ROWS × PANEL sums.

// c[i, n] (+)= Σ_p a[p·ROWS + i] · b[p·PANEL + n] for n in 0..<nv·LANES.
#define TILE(nv)                                                                       \
  static TARGET void NAME(tile##nv)(                                                   \
      long depth, const float *a, const float *b, float *c, long stride, int adds) {   \
    lanes sum[ROWS][nv];                                                               \
    EACH(i, ROWS)                  \
      EACH(v, nv)                  \
        sum[i][v] = adds ? load(c + i * stride + v * LANES) : (lanes){0};              \
    for (long p = 0; p < depth; p++) {                                                 \
      lanes right[nv];                                                                 \
      EACH(v, nv)                  \
        right[v] = load(b + p * PANEL + v * LANES);                                    \
      EACH(i, ROWS) {              \
        lanes left = splat(a[p * ROWS + i]);                                           \
        EACH(v, nv)                \
          sum[i][v] += left * right[v];                                                \
      }                                                                                \
    }                                                                                  \
    EACH(i, ROWS)                  \
      EACH(v, nv)                  \
        store(c + i * stride + v * LANES, sum[i][v]);                                  \
  }

TILE(1)
TILE(2)
#if VECTORS > 2
TILE(3)
#endif

// One tile over as many vectors as `columns` need.
INLINE void tile(
    long depth, const float *a, const float *b, float *c, long stride, int adds, long columns) {
#if VECTORS > 2
  if (columns > 2 * LANES) return NAME(tile3)(depth, a, b, c, stride, adds);
#endif
  if (columns > LANES) return NAME(tile2)(depth, a, b, c, stride, adds);
  NAME(tile1)(depth, a, b, c, stride, adds);
}

// Sums over this many products at a time keep the panel in the second-level cache.
enum { depth_block = 512 };

static TARGET void NAME(direct_multiply)(
    const struct atelier_layer *l, const float *columns, float *sums, long n0, long n1, int group0,
    int group1) {
  long depth = (long)l->inputs * l->kernel_height * l->kernel_width, count = n1 - n0;
  long plane = (long)l->out_height * l->out_width;
  long stride = (count + PANEL - 1) / PANEL * PANEL;
  for (long from = 0; from < depth; from += depth_block) {
    long length = depth - from < depth_block ? depth - from : depth_block;
    for (long n = 0; n < count; n += PANEL)
      for (int g = group0; g < group1; g++)
        tile(
            length, l->weights + ((long)g * depth + from) * ROWS,
            columns + n * depth + from * PANEL, sums + (long)(g - group0) * ROWS * stride + n,
            stride, from > 0, count - n);
  }
  for (long n = n0; n < n1;) {
    long sample = n / plane, at = n % plane, length = plane - at < n1 - n ? plane - at : n1 - n;
    const float *noise =
        l->epilogue.noise ? l->epilogue.noise + sample * l->noise_step + at : 0;
    for (int o = group0 * ROWS; o < group1 * ROWS && o < l->outputs; o++)
      finish_row(
          l->y + (sample * l->outputs + o) * plane + at,
          sums + (long)(o - group0 * ROWS) * stride + n - n0, noise, finish_at(l, sample, o),
          length);
    n += length;
  }
  settle(l);
}

// Writes `count` values of one row of the column matrix from column `column` on.
INLINE void put(float *to, long depth, long column, const float *from, long count) {
  while (count > 0) {
    long within = column % PANEL, length = PANEL - within;
    if (length > count) length = count;
    float *target = to + column / PANEL * depth * PANEL + within;
    if (length == PANEL) {
      for (int v = 0; v < VECTORS; v++) store(target + v * LANES, load(from + v * LANES));
    } else {
      for (long i = 0; i < length; i++) target[i] = from[i];
    }
    column += length, from += length, count -= length;
  }
}

enum { row_piece = 512 };

// One sample of the depthwise 3×3 result, zero outside the plane.
INLINE float depthwise_at(
    const struct atelier_layer *l, const float *plane, const float *t, int y, int x) {
  float sum = 0;
  for (int ky = 0; ky < 3; ky++)
    for (int kx = 0; kx < 3; kx++) {
      int iy = y + ky - 1, ix = x + kx - 1;
      if (iy >= 0 && iy < l->height && ix >= 0 && ix < l->width)
        sum += t[3 * ky + kx] * plane[(long)iy * l->width + ix];
    }
  return sum;
}

// `count` samples of the depthwise 3×3 result at (oy, x0); `to` may be overrun by a vector.
INLINE void depthwise_row(
    const struct atelier_layer *l, const float *plane, const float *t, int oy, int x0, int count,
    float *to) {
  const float *row = plane + (long)oy * l->width + x0;
  // Rows outside the plane are read as the middle row, with weight 0.
  int up = oy > 0 ? l->width : 0, down = oy + 1 < l->height ? l->width : 0;
  float a[3], b[3];
  for (int k = 0; k < 3; k++) a[k] = up ? t[k] : 0, b[k] = down ? t[6 + k] : 0;
  int i = x0 == 0;
  if (i) to[0] = depthwise_at(l, plane, t, oy, 0);
  int until = x0 + count == l->width ? count - 1 : count;
  for (; i + LANES <= until; i += LANES) {
    const float *p = row + i - up, *q = row + i, *r = row + i + down;
    lanes above = a[0] * load(p - 1) + a[1] * load(p) + a[2] * load(p + 1);
    lanes here = t[3] * load(q - 1) + t[4] * load(q) + t[5] * load(q + 1);
    lanes below = b[0] * load(r - 1) + b[1] * load(r) + b[2] * load(r + 1);
    store(to + i, above + here + below);
  }
  for (; i < count; i++) to[i] = depthwise_at(l, plane, t, oy, x0 + i);
}

// `count` samples of tap (ky, kx) at output (oy, x0), scaled.
INLINE void tap_row(
    const struct atelier_layer *l, const float *plane, float scale, int ky, int kx, int oy, int x0,
    int count, float *to) {
  int iy = oy * l->stride - l->padding + ky, ix = x0 * l->stride - l->padding + kx;
  if (iy < 0 || iy >= l->height) {
    for (int i = 0; i < count; i++) to[i] = 0;
    return;
  }
  const float *row = plane + (long)iy * l->width;
  int step = l->stride, first = ix < 0 ? (-ix + step - 1) / step : 0;
  int last = ix >= l->width ? 0 : (l->width - 1 - ix) / step + 1;
  if (last > count) last = count;
  if (first > last) first = last;
  for (int i = 0; i < first; i++) to[i] = 0;
  if (step == 1) {
    for (int i = first; i < last; i++) to[i] = row[ix + i] * scale;
  } else if (step == 2) {
    int i = first;
    // Reads one sample beyond the last that counts; so the last vector is left to the loop below.
    for (; i + LANES < last; i += LANES) {
      const float *from = row + ix + 2 * i;
      store(to + i, EVEN(load(from), load(from + LANES)) * scale);
    }
    for (; i < last; i++) to[i] = row[ix + 2 * i] * scale;
  } else {
    for (int i = first; i < last; i++) to[i] = row[ix + i * step] * scale;
  }
  for (int i = last; i < count; i++) to[i] = 0;
}

// A 1×1 convolution to at most four outputs reads its input once, without packing:
// y[o, n] = Σ_c w[o, c] · x[c, n] for columns n0..<n1.
static TARGET void NAME(few_outputs)(const struct atelier_layer *l, long n0, long n1) {
  enum { strip = 1024, at_once = 4 };
  long plane = (long)l->height * l->width;
  float sums[4][strip];
  for (long from = n0; from < n1; from += strip) {
    long count = n1 - from < strip ? n1 - from : strip;
    for (int o = 0; o < l->outputs; o++) memset(sums[o], 0, sizeof(float) * count);
    for (int c = 0; c < l->inputs; c += at_once) {
      int width = l->inputs - c < at_once ? l->inputs - c : at_once;
      float w[4][at_once] = {{0}};
      const float *x[at_once];
      for (int k = 0; k < at_once; k++) {
        x[k] = l->x + (c + (k < width ? k : 0)) * plane + from;
        for (int o = 0; o < l->outputs && k < width; o++)
          w[o][k] = l->weights[(c + k) * ROWS + o] * (l->input_scale ? l->input_scale[c + k] : 1);
      }
      long i = 0;
      for (; i + LANES <= count; i += LANES) {
        lanes in[at_once];
        EACH(k, at_once) in[k] = load(x[k] + i);
        for (int o = 0; o < l->outputs; o++) {
          lanes sum = load(sums[o] + i);
          EACH(k, at_once) sum += w[o][k] * in[k];
          store(sums[o] + i, sum);
        }
      }
      for (; i < count; i++)
        for (int o = 0; o < l->outputs; o++)
          for (int k = 0; k < at_once; k++) sums[o][i] += w[o][k] * x[k][i];
    }
    for (int o = 0; o < l->outputs; o++)
      finish_row(
          l->y + o * plane + from, sums[o], l->epilogue.noise ? l->epilogue.noise + from : 0,
          finish_of(l, o), count);
  }
  settle(l);
}

// One inverse Haar step of rows of `width` samples; see CKernels.h.
static TARGET void NAME(haar_rows)(
    float *y, const float *lo, const float *lh, const float *hl, const float *hh,
    const float scale[4], int height, int width) {
  float s0 = scale[0] * 0.5f, s1 = scale[1] * 0.5f, s2 = scale[2] * 0.5f, s3 = scale[3] * 0.5f;
  for (int i = 0; i < height; i++) {
    float *top = y + (size_t)(2 * i) * 2 * width, *bottom = top + 2 * width;
    size_t row = (size_t)i * width;
    int j = 0;
    for (; j + LANES <= width; j += LANES) {
      lanes a = s0 * load(lo + row + j), b = s1 * load(lh + row + j);
      lanes c = s2 * load(hl + row + j), d = s3 * load(hh + row + j);
      lanes p = a + b, q = c + d, r = a - b, s = c - d;
      store(top + 2 * j, ZIP_LOW(p + q, p - q));
      store(top + 2 * j + LANES, ZIP_HIGH(p + q, p - q));
      store(bottom + 2 * j, ZIP_LOW(r + s, r - s));
      store(bottom + 2 * j + LANES, ZIP_HIGH(r + s, r - s));
    }
    for (; j < width; j++) {
      float a = s0 * lo[row + j], b = s1 * lh[row + j];
      float c = s2 * hl[row + j], d = s3 * hh[row + j];
      top[2 * j] = (a + b) + (c + d);
      top[2 * j + 1] = (a + b) - (c + d);
      bottom[2 * j] = (a - b) + (c - d);
      bottom[2 * j + 1] = (a - b) - (c - d);
    }
  }
}

static TARGET void NAME(direct_pack)(
    const struct atelier_layer *l, float *columns, long n0, long n1, int c0, int c1) {
  int taps = l->kernel_height * l->kernel_width;
  long depth = (long)l->inputs * taps, size = (long)l->out_height * l->out_width;
  float piece[row_piece + LANES];
  for (int c = c0; c < c1; c++) {
    for (int tap = 0; tap < taps; tap++) {
      float *to = columns + ((long)c * taps + tap) * PANEL, scale = 1, t[9];
      const float *plane = 0;
      long known = -1;
      for (long n = n0; n < n1;) {
        long sample = n / size;
        if (sample != known) {
          plane = l->x + (sample * l->inputs + c) * l->height * l->width;
          scale = l->input_scale ? l->input_scale[sample * l->inputs + c] : 1;
          for (int k = 0; l->depthwise && k < 9; k++) t[k] = l->depthwise[c * 9 + k] * scale;
          known = sample;
        }
        int oy = (int)(n % size / l->out_width), x0 = (int)(n % l->out_width);
        long count = l->out_width - x0 < row_piece ? l->out_width - x0 : row_piece;
        if (count > n1 - n) count = n1 - n;
        if (l->depthwise) {
          depthwise_row(l, plane, t, oy, x0, (int)count, piece);
        } else {
          tap_row(
              l, plane, scale, tap / l->kernel_width, tap % l->kernel_width, oy, x0, (int)count,
              piece);
        }
        put(to, depth, n - n0, piece, count);
        n += count;
      }
    }
    // Columns past the last are multiplied too: they must hold numbers.
    long padded = (n1 - n0 + PANEL - 1) / PANEL * PANEL;
    for (int tap = 0; tap < taps; tap++)
      for (long n = n1 - n0; n < padded; n++)
        columns[n / PANEL * depth * PANEL + ((long)c * taps + tap) * PANEL + n % PANEL] = 0;
  }
}
