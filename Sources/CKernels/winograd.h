// Winograd F(4×4, 3×3): Lavin & Gray, arXiv 1509.09308; points 0, ±1, ±2, ∞.

// Frequencies lie a cache line more apart than they must, so that they fall into different sets.
enum { apart = 16 };


// Reads `rows` × (4·LANES + 8) samples from (iy, ix) on, zero outside the plane, as rows `stride`
// apart. Returns the plane itself where nothing lies outside.
INLINE const float *window(
    const struct atelier_layer *l, const float *plane, int iy, int ix, int rows, float *buffer,
    long *stride) {
  enum { wide = 4 * LANES + 8 };
  if (iy >= 0 && ix >= 0 && iy + rows <= l->height && ix + wide <= l->width) {
    *stride = l->width;
    return plane + (long)iy * l->width + ix;
  }
  *stride = wide;
  int first = ix < 0 ? -ix : 0, last = l->width - ix < wide ? l->width - ix : wide;
  for (int i = 0; i < rows; i++) {
    float *to = buffer + i * wide;
    int y = iy + i;
    if (y < 0 || y >= l->height || last <= first) {
      memset(to, 0, sizeof(float) * wide);
      continue;
    }
    for (int j = 0; j < first; j++) to[j] = 0;
    memcpy(to + first, plane + (long)y * l->width + ix + first, sizeof(float) * (last - first));
    for (int j = last; j < wide; j++) to[j] = 0;
  }
  return buffer;
}

// Asks for the same window of the next channel: rows this far apart defeat the prefetchers.
INLINE void fetch_next(const struct atelier_layer *l, const float *window, int rows) {
  const float *next = window + (long)l->height * l->width;
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < 4 * LANES; j += 16) __builtin_prefetch(next + (long)i * l->width + j);
}

// Stores one vector of tiles that begins at column `within` of a panel.
INLINE void put_tiles(float *to, long inputs, long within, int count, lanes value) {
  if (within + LANES <= PANEL) {
    store(to + within, value);  // lanes past `count` are written again by the next row of tiles
    return;
  }
  float t[LANES];
  store(t, value);
  for (int i = 0; i < count; i++) {
    long c = within + i;
    to[c < PANEL ? c : inputs * PANEL + c - PANEL] = t[i];
  }
}

// Bᵀ·d for one row or column of six.
#define FORWARD6(d, e)                                          \
  do {                                                          \
    lanes u = d[4] - 4 * d[2], w = d[3] - 4 * d[1];             \
    lanes p = d[4] - d[2], q = 2 * (d[3] - d[1]);               \
    e[0] = 4 * d[0] - 5 * d[2] + d[4];                          \
    e[1] = u + w, e[2] = u - w, e[3] = p + q, e[4] = p - q;     \
    e[5] = 4 * d[1] - 5 * d[3] + d[5];                          \
  } while (0)

// Aᵀ·m for one row or column of six.
#define BACKWARD6(m, z)                                         \
  do {                                                          \
    lanes p = m[1] + m[2], q = m[1] - m[2];                     \
    lanes r = m[3] + m[4], s = m[3] - m[4];                     \
    z[0] = m[0] + p + r, z[1] = q + 2 * s;                      \
    z[2] = p + 4 * r, z[3] = q + 8 * s + m[5];                  \
  } while (0)

static TARGET void NAME(winograd_input)(
    const struct atelier_layer *l, float *v, int t0, int t1, int c0, int c1) {
  int across = (l->out_width + 3) / 4, down = (l->out_height + 3) / 4;
  long inputs = l->inputs, panels = (t1 - t0 + PANEL - 1) / PANEL;
  long step = panels * inputs * PANEL + apart;
  float buffer[6 * (4 * LANES + 8)];
  for (int c = c0; c < c1; c++) {
    for (int t = t0; t < t1;) {
      int ty = t / across % down, tx = t % across;
      long sample = t / across / down, stride;
      const float *plane = l->x + (sample * inputs + c) * l->height * l->width;
      float scale = l->input_scale ? l->input_scale[sample * inputs + c] : 1;
      int count = across - tx < t1 - t ? across - tx : t1 - t;
      if (count > LANES) count = LANES;
      const float *d = window(l, plane, ty * 4 - l->padding, tx * 4 - l->padding, 6, buffer, &stride);
      if (c + 1 < c1 && d != buffer) fetch_next(l, d, 6);
      lanes e[6][6];
      EACH(i, 6) {
        lanes row[6];
        take_every_fourth(d + i * stride, row, 4);
        take_every_fourth(d + i * stride + 4, row + 4, 2);
        EACH(j, 6) row[j] *= scale;
        FORWARD6(row, e[i]);
      }
      long within = (t - t0) % PANEL;
      float *to = v + (t - t0) / PANEL * inputs * PANEL + c * PANEL;
      EACH(j, 6) {
        lanes column[6] = {e[0][j], e[1][j], e[2][j], e[3][j], e[4][j], e[5][j]}, out[6];
        FORWARD6(column, out);
        EACH(i, 6) put_tiles(to + (i * 6 + j) * step, inputs, within, count, out[i]);
      }
      t += count;
    }
  }
}

static TARGET void NAME(winograd_multiply)(
    const struct atelier_layer *l, const float *v, float *sums, int tiles, int k0, int k1) {
  long inputs = l->inputs, groups = (l->outputs + ROWS - 1) / ROWS;
  long panels = (tiles + PANEL - 1) / PANEL, stride = panels * PANEL + 16;
  long from = panels * inputs * PANEL + apart, to = groups * ROWS * stride + apart;
  for (int k = k0; k < k1; k++)
    for (long g = 0; g < groups; g++)
      for (long p = 0; p < panels; p++)
        tile(
            inputs, l->weights + (k * groups + g) * inputs * ROWS,
            v + k * from + p * inputs * PANEL,
            sums + k * to + g * ROWS * stride + p * PANEL, stride, 0, tiles - p * PANEL);
}

static TARGET void NAME(winograd_output)(
    const struct atelier_layer *l, const float *sums, int t0, int t1, int o0, int o1) {
  int across = (l->out_width + 3) / 4, down = (l->out_height + 3) / 4;
  long rows = (l->outputs + ROWS - 1) / ROWS * ROWS;
  long panels = (t1 - t0 + PANEL - 1) / PANEL, stride = panels * PANEL + 16;
  long step = rows * stride + apart;
  for (int o = o0; o < o1; o++) {
    for (int t = t0; t < t1;) {
      int ty = t / across % down, tx = t % across;
      long sample = t / across / down;
      finish f = finish_at(l, sample, o);
      float *plane = l->y + (sample * l->outputs + o) * l->out_height * l->out_width;
      int count = across - tx < t1 - t ? across - tx : t1 - t;
      if (count > LANES) count = LANES;
      const float *m = sums + o * stride + (t - t0);
      lanes e[4][6];
      EACH(j, 6) {
        lanes column[6], out[4];
        EACH(i, 6) column[i] = load(m + (i * 6 + j) * step);
        BACKWARD6(column, out);
        EACH(i, 4) e[i][j] = out[i];
      }
      int width = l->out_width - tx * 4 < count * 4 ? l->out_width - tx * 4 : count * 4;
      EACH(i, 4) {
        if (ty * 4 + i >= l->out_height) break;
        lanes z[4], row[4];
        BACKWARD6(e[i], z);
        interleave4(z, row);
        long at = (long)(ty * 4 + i) * l->out_width + tx * 4;
        const float *noise =
            l->epilogue.noise ? l->epilogue.noise + sample * l->noise_step + at : 0;
        if (width == 4 * LANES) {
          int streams = streams_to(plane + at, f);
          EACH(k, 4)
            put_finished(
                plane + at + k * LANES, finished(row[k], noise ? noise + k * LANES : 0, f),
                streams);
        } else {
          float piece[4 * LANES];
          EACH(k, 4) store(piece + k * LANES, row[k]);
          finish_row(plane + at, piece, noise, f, width);
        }
      }
      t += count;
    }
  }
  settle(l);
}
