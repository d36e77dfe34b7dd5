// The gradient of convolution weights with kernels of three columns: rows of gradients times rows of
// inputs at three places next to each other. Nothing is packed; sums stay in registers.

#if LANES == 16
enum { correlated_outputs = 4, correlated_inputs = 2 };
#else
enum { correlated_outputs = 2, correlated_inputs = 2 };
#endif

INLINE float sum_of(lanes v) {
  float t[LANES];
  store(t, v);
  for (int half = LANES / 2; half; half /= 2)
    for (int l = 0; l < half; l++) t[l] += t[l + half];
  return t[0];
}

// One tile over `count` samples, a multiple of LANES, added to c.
INLINE void correlate_tile(
    float *c, long output_step, long input_step, const float *const *g, const float *const *x,
    int outputs, int inputs, long count) {
  lanes sums[correlated_outputs][correlated_inputs][3];
  EACH(o, correlated_outputs)
    EACH(i, correlated_inputs)
      EACH(k, 3)
        sums[o][i][k] = (lanes){0};
  for (long p = 0; p < count; p += LANES) {
    lanes left[correlated_outputs];
    EACH(o, correlated_outputs)
      left[o] = load(g[o] + p);
    EACH(i, correlated_inputs)
      EACH(k, 3) {
        lanes right = load(x[i] + p + k);
        EACH(o, correlated_outputs)
          sums[o][i][k] += left[o] * right;
      }
  }
  EACH(o, correlated_outputs)
    EACH(i, correlated_inputs)
      EACH(k, 3)
        if (o < outputs && i < inputs)
          c[o * output_step + i * input_step + k] += sum_of(sums[o][i][k]);
}

// c[o·output_step + i·input_step + k] = Σ over p < length of g[o·stride + p]·x[i·stride + p + k].
static TARGET void NAME(correlate3)(
    float *c, long output_step, long input_step, const float *g, const float *x, long stride,
    int outputs, int inputs, long length) {
  enum { block = 4096 };
  for (int o = 0; o < outputs; o++)
    for (int i = 0; i < inputs; i++)
      for (int k = 0; k < 3; k++) c[o * output_step + i * input_step + k] = 0;
  long whole = (length + LANES - 1) / LANES * LANES;
  for (long p = 0; p < whole; p += block) {
    long count = whole - p < block ? whole - p : block;
    for (int o = 0; o < outputs; o += correlated_outputs)
      for (int i = 0; i < inputs; i += correlated_inputs) {
        // Places beyond the last row repeat it, and their sums go nowhere.
        const float *left[correlated_outputs], *right[correlated_inputs];
        for (int r = 0; r < correlated_outputs; r++)
          left[r] = g + (o + r < outputs ? o + r : outputs - 1) * stride + p;
        for (int r = 0; r < correlated_inputs; r++)
          right[r] = x + (i + r < inputs ? i + r : inputs - 1) * stride + p;
        correlate_tile(
            c + o * output_step + i * input_step, output_step, input_step, left, right, outputs - o,
            inputs - i, count);
      }
  }
}
