#include "CKernels.h"
#include "multiversion.h"
#include "versions.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const struct versions *detect(void) {
  const char *wanted = getenv("ATELIER_CPU");
  int most = atelier_avx512;
  if (wanted && !strcmp(wanted, "portable")) most = atelier_portable;
  if (wanted && !strcmp(wanted, "avx2")) most = atelier_avx2;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (most >= atelier_avx512 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    return &atelier_versions_avx512;
  if (most >= atelier_avx2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return &atelier_versions_avx2;
#endif
  return &atelier_versions_portable;
}

static const struct versions *chosen(void) {
  static _Atomic(const struct versions *) cached;
  const struct versions *found = atomic_load_explicit(&cached, memory_order_relaxed);
  if (!found) {
    found = detect();
    atomic_store_explicit(&cached, found, memory_order_relaxed);
  }
  return found;
}

enum atelier_cpu atelier_cpu(void) { return chosen()->cpu; }
int atelier_tile_rows(void) { return chosen()->rows; }
int atelier_panel_columns(void) { return chosen()->panel; }

long atelier_sum_stride(int tiles) {
  long panel = chosen()->panel;
  return (tiles + panel - 1) / panel * panel + 16;
}

void atelier_direct_pack(
    const struct atelier_layer *layer, float *columns, long n0, long n1, int c0, int c1) {
  chosen()->direct_pack(layer, columns, n0, n1, c0, c1);
}

void atelier_direct_multiply(
    const struct atelier_layer *layer, const float *columns, float *sums, long n0, long n1,
    int group0, int group1) {
  chosen()->direct_multiply(layer, columns, sums, n0, n1, group0, group1);
}

void atelier_few_outputs(const struct atelier_layer *layer, long n0, long n1) {
  chosen()->few_outputs(layer, n0, n1);
}

void atelier_slide(
    const struct atelier_layer *layer, const unsigned char *filled, int *channels, int r0, int r1) {
  chosen()->slide(layer, filled, channels, r0, r1);
}

void atelier_correlate3(
    float *c, long output_step, long input_step, const float *g, const float *x, long stride,
    int outputs, int inputs, long length) {
  chosen()->correlate3(c, output_step, input_step, g, x, stride, outputs, inputs, length);
}

void atelier_gradient_input(
    const struct atelier_planes *planes, float *v, int t0, int t1, int c0, int c1) {
  chosen()->gradient_input(planes, v, t0, t1, c0, c1);
}

void atelier_gradient_output(
    const struct atelier_planes *planes, float *u, int t0, int t1, int c0, int c1) {
  chosen()->gradient_output(planes, u, t0, t1, c0, c1);
}

void atelier_gradient_multiply(
    const struct atelier_gradient *gradient, const float *u, const float *v, float *sums, int tiles,
    int k0, int k1, int group0, int group1, int adds) {
  chosen()->gradient_multiply(gradient, u, v, sums, tiles, k0, k1, group0, group1, adds);
}

void atelier_gradient_finish(
    const struct atelier_gradient *gradient, const float *sums, int group0, int group1, int o0,
    int o1) {
  chosen()->gradient_finish(gradient, sums, group0, group1, o0, o1);
}

void atelier_gradient_room(const struct atelier_gradient *gradient, int tiles, long room[3]) {
  chosen()->gradient_room(gradient, tiles, room);
}

void atelier_inverse_haar(
    float *y, const float *lo, const float *lh, const float *hl, const float *hh,
    const float scale[4], int height, int width) {
  chosen()->haar_rows(y, lo, lh, hl, hh, scale, height, width);
}

void atelier_upsample2(
    float *y, const float *x, const float *filter, int height, int width, int r0, int r1) {
  chosen()->upsample2(y, x, filter, height, width, r0, r1);
}

void atelier_filtered_lrelu(
    const struct atelier_filtered *f, float *y, const float *x, int r0, int r1, float *work) {
  chosen()->filtered(f, y, x, r0, r1, work);
}

long atelier_filtered_room(const struct atelier_filtered *f) { return chosen()->filtered_room(f); }

void atelier_winograd_input(
    const struct atelier_layer *layer, float *v, int t0, int t1, int c0, int c1) {
  chosen()->winograd_input(layer, v, t0, t1, c0, c1);
}

void atelier_winograd_multiply(
    const struct atelier_layer *layer, const float *v, float *sums, int tiles, int k0, int k1) {
  chosen()->winograd_multiply(layer, v, sums, tiles, k0, k1);
}

void atelier_winograd_output(
    const struct atelier_layer *layer, const float *sums, int t0, int t1, int o0, int o1) {
  chosen()->winograd_output(layer, sums, t0, t1, o0, o1);
}

void atelier_up_input(
    const struct atelier_layer *layer, float *v, int row0, int row1, int c0, int c1) {
  chosen()->up_input(layer, v, row0, row1, c0, c1);
}

void atelier_up_multiply(
    const struct atelier_layer *layer, const float *v, float *sums, int tiles, int m0, int m1) {
  chosen()->up_multiply(layer, v, sums, tiles, m0, m1);
}

long atelier_up_line(const struct atelier_layer *layer) { return chosen()->up_line(layer); }
long atelier_up_edge(const struct atelier_layer *layer) { return chosen()->up_edge(layer); }

void atelier_up_edge_pack(const struct atelier_layer *layer, float *columns, int c0, int c1) {
  chosen()->up_edge_pack(layer, columns, c0, c1);
}

void atelier_up_edge_multiply(
    const struct atelier_layer *layer, const float *columns, float *edges, float *sums, int group0,
    int group1) {
  chosen()->up_edge_multiply(layer, columns, edges, sums, group0, group1);
}

void atelier_up_finish(
    const struct atelier_layer *layer, const float *filter, const float *sums, const float *edges,
    int band0, int row0, int row1, float *carry, float *before, float *after, float *lines, int o0,
    int o1) {
  chosen()->up_finish(
      layer, filter, sums, edges, band0, row0, row1, carry, before, after, lines, o0, o1);
}

void atelier_up_seam(
    const struct atelier_layer *layer, const float *filter, const float *seam, int tile_row, int o0,
    int o1) {
  chosen()->up_seam(layer, filter, seam, tile_row, o0, o1);
}

void atelier_pack_weights(
    float *packed, const float *source, int matrices, int outputs, int depth, size_t matrix_stride,
    size_t row_stride, size_t column_stride, int group0, int group1) {
  int rows = chosen()->rows, groups = (outputs + rows - 1) / rows;
  for (int m = 0; m < matrices; m++)
    for (int g = group0; g < group1; g++) {
      float *to = packed + ((size_t)m * groups + g) * depth * rows;
      for (int r = 0; r < rows; r++) {
        int o = g * rows + r;
        const float *from = source + m * matrix_stride + o * row_stride;
        for (int d = 0; d < depth; d++)
          to[(size_t)d * rows + r] = o < outputs ? from[d * column_stride] : 0;
      }
    }
}

void atelier_pack_scattered(
    float *packed, const float *source, int outputs, int inputs, int taps, int group0, int group1) {
  int rows = chosen()->rows;
  for (int g = group0; g < group1; g++)
    for (int r = 0; r < rows; r++) {
      int line = g * rows + r;
      float *to = packed + (size_t)g * inputs * rows + r;
      const float *from = source + (size_t)(line / taps) * inputs * taps + line % taps;
      for (int i = 0; i < inputs; i++)
        to[(size_t)i * rows] = line < outputs * taps ? from[(size_t)i * taps] : 0;
    }
}

// G of F(4, 3), points 0, 1, −1, 2, −2, ∞.
static const double forward3[6][3] = {
    {1. / 4, 0, 0},          {-1. / 6, -1. / 6, -1. / 6},   {-1. / 6, 1. / 6, -1. / 6},
    {1. / 24, 1. / 12, 1. / 6}, {1. / 24, -1. / 12, 1. / 6}, {0, 0, 1}};

// G of the up-convolution: F(4, 2) of the even outputs' taps (w₂, w₀), points 0, 1, −1, 2, ∞, and
// the odd outputs' only tap w₁.
static const double forward_up[6][3] = {
    {0, 0, 1. / 2},        {-1. / 2, 0, -1. / 2}, {1. / 6, 0, -1. / 6},
    {1. / 3, 0, 1. / 6},   {1, 0, 0},             {0, 1, 0}};

// Transformed taps are made for all rows of a register tile at once, and kept until a run of
// channels is complete: the 36 places they go to lie powers of two apart and share their cache lines.
enum { lanes = 8, run = 16, held = (run + 1) * lanes };

// Writes whole lanes: those behind a tile's rows are the next channel's.
ATELIER_MULTIVERSION
static void transform_taps(const double (*g)[3], const double w[9][lanes], float *to) {
  double t[6][3][lanes];
  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 3; j++)
      for (int r = 0; r < lanes; r++)
        t[i][j][r] = g[i][0] * w[j][r] + g[i][1] * w[3 + j][r] + g[i][2] * w[6 + j][r];
  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 6; j++, to += held)
      for (int r = 0; r < lanes; r++)
        to[r] = (float)(t[i][0][r] * g[j][0] + t[i][1][r] * g[j][1] + t[i][2][r] * g[j][2]);
}

void atelier_pack_winograd(
    float *packed, const float *source, int outputs, int inputs, int up, int group0, int group1) {
  int rows = chosen()->rows, groups = (outputs + rows - 1) / rows;
  size_t step = (size_t)groups * inputs * rows;
  float transformed[36][held];
  for (int group = group0; group < group1; group++)
    for (int c0 = 0; c0 < inputs; c0 += run) {
      int count = inputs - c0 < run ? inputs - c0 : run;
      for (int c = 0; c < count; c++) {
        double w[9][lanes] = {{0}};
        for (int r = 0; r < rows && group * rows + r < outputs; r++)
          for (int tap = 0; tap < 9; tap++)
            w[tap][r] = source[((size_t)(group * rows + r) * inputs + c0 + c) * 9 + tap];
        transform_taps(up ? forward_up : forward3, w, transformed[0] + c * rows);
      }
      float *to = packed + ((size_t)group * inputs + c0) * rows;
      for (int k = 0; k < 36; k++)
        memcpy(to + k * step, transformed[k], (size_t)count * rows * sizeof(float));
    }
}
