// The filtered nonlinearity of StyleGAN3 (Karras et al., arXiv 2106.12423, section 3): upsampled
// along both axes, lrelu, then filtered and downsampled.
//
// Along one axis, upsampled sample u·m + r is Σ_s f_r[s] · x[m + o_r + s], f_r every u-th tap. The
// columns of the upsampled picture lie apart by their remainder modulo `down`, so that the filter
// after the nonlinearity reads neighbours, whatever the steps. All of it runs over strips of rows
// that stay in cache.

// The taps that upsampled sample u·m + `residue` meets: every u-th from the result on, the first at
// x[m + *offset].
INLINE int first_tap(const struct atelier_filtered *f, int residue, int *offset) {
  int k = ((f->before - residue) % f->up + f->up) % f->up;
  *offset = (residue + k - f->before) / f->up;
  return k;
}

INLINE long filtered_phase(const struct atelier_filtered *f) {
  return ((f->up_width + f->down - 1) / f->down + f->down_taps + 3 * LANES) / LANES * LANES;
}

enum { filtered_strip = 16 };

// Rows of x that a strip needs at most.
INLINE long filtered_inputs(const struct atelier_filtered *f) {
  return (filtered_strip * f->down + f->down_taps + f->up_taps) / f->up + 4;
}

INLINE long filtered_line(const struct atelier_filtered *f) {
  return f->width + f->up_width / f->up + f->up_taps + 4 * LANES + 8;
}

static TARGET long NAME(filtered_room)(const struct atelier_filtered *f) {
  long rows = filtered_inputs(f) + filtered_strip * f->down + f->down_taps + 1;
  return rows * f->down * filtered_phase(f) + (f->up + 1) * filtered_line(f);
}

// One row of x upsampled across, its columns by remainder modulo `down`.
INLINE void upsampled_row(
    const struct atelier_filtered *f, const float *x, float *to, float *line) {
  int u = f->up, d = f->down, low = 0, count = (f->up_width + u - 1) / u;
  long phase = filtered_phase(f), room = filtered_line(f);
  for (int r = 0, offset; r < u; r++) {
    first_tap(f, r, &offset);
    if (r == 0 || offset < low) low = offset;
  }
  // line[i] is x[low + i].
  int first = low < 0 ? -low : 0, begin = low > 0 ? low : 0;
  int length = f->width - begin;
  if (length > room - first) length = (int)(room - first);
  memset(line, 0, sizeof(float) * room);
  if (length > 0) memcpy(line + first, x + begin, sizeof(float) * length);
  for (int r = 0; r < u; r++) {
    int offset, k0 = first_tap(f, r, &offset);
    float *part = u == d ? to + r * phase : line + (r + 1) * room;
    for (int m = 0; m < count; m += LANES) {
      lanes sum = {0};
      const float *from = line + m + offset - low;
      for (int k = k0; k < f->up_taps; k += u, from++) sum += f->up_filter[k] * load(from);
      store(part + m, sum);
    }
  }
  if (u == d) return;
  for (int e = 0; e < d; e++)
    for (int j = e, q = 0; j < f->up_width; j += d, q++)
      to[e * phase + q] = line[(j % u + 1) * room + j / u];
}

// Output rows r0..<r1, at most filtered_strip of them, of a plane x [height, width].
static TARGET void NAME(filtered)(
    const struct atelier_filtered *f, float *y, const float *x, int r0, int r1, float *work) {
  int u = f->up, d = f->down, m = f->down_taps;
  long phase = filtered_phase(f), row = d * phase;
  float *above = work + filtered_inputs(f) * row, *column = above + (filtered_strip * d + m) * row;
  float *line = column + row;
  int up0 = r0 * d, up1 = (r1 - 1) * d + m, offset;
  first_tap(f, up0 % u, &offset);
  int x0 = up0 / u + offset - 1, ready = x0;
  for (int i = up0; i < up1; i++) {
    int k0 = first_tap(f, i % u, &offset), from = i / u + offset;
    int taps = (f->up_taps - k0 + u - 1) / u;
    for (; ready < from + taps; ready++) {
      float *to = work + (ready - x0) * row;
      if (ready >= 0 && ready < f->height) {
        upsampled_row(f, x + (long)ready * f->width, to, line);
      } else {
        memset(to, 0, sizeof(float) * row);
      }
    }
    const float *in = work + (from - x0) * row;
    float *to = above + (i - up0) * row;
    for (long j = 0; j < row; j += LANES) {
      lanes sum = {0};
      for (int s = 0; s < taps; s++) sum += f->up_filter[k0 + s * u] * load(in + s * row + j);
      sum = choose(sum < 0, sum * f->slope, sum) * f->gain;
      sum = choose(sum > f->limit, splat(f->limit), sum);
      store(to + j, choose(sum < -f->limit, splat(-f->limit), sum));
    }
  }
  for (int r = r0; r < r1; r++) {
    const float *in = above + (r - r0) * d * row;
    if (!f->is_radial)
      for (long j = 0; j < row; j += LANES) {
        lanes sum = {0};
        for (int k = 0; k < m; k++) sum += f->down_filter[k] * load(in + k * row + j);
        store(column + j, sum);
      }
    for (int j = 0; j < f->out_width; j += LANES) {
      lanes sum = {0};
      if (f->is_radial) {
        for (int i = 0; i < m; i++)
          for (int k = 0; k < m; k++)
            sum += f->down_filter[i * m + k] * load(in + i * row + k % d * phase + k / d + j);
      } else {
        for (int k = 0; k < m; k++)
          sum += f->down_filter[k] * load(column + k % d * phase + k / d + j);
      }
      float *to = y + (long)r * f->out_width + j;
      if (j + LANES <= f->out_width) {
        store(to, sum);
      } else {
        float piece[LANES];
        store(piece, sum);
        memcpy(to, piece, sizeof(float) * (f->out_width - j));
      }
    }
  }
}
