#include "CKernels.h"
#include "multiversion.h"

#include <string.h>

static int greatest_common_divisor(int a, int b) { return b ? greatest_common_divisor(b, a % b) : a; }

enum { strip = 512 };

// One tap row added to `sums`: outputs first, first + step, … read inputs that lie `advance` apart.
static inline void add_tap(
    float *sums, const float *row, float tap, int from, int to, int start, int advance) {
  const float *source = row + start;
  if (advance == 1) {
    for (int j = from; j < to; j++) sums[j] += tap * source[j];
  } else {
    for (int j = from; j < to; j++) sums[j] += tap * source[(long)j * advance];
  }
}

ATELIER_MULTIVERSION
void atelier_upfirdn(
    float *y, int out_height, int out_width, const float *x, int height, int width,
    const float *taps, int tap_height, int tap_width, int up_x, int up_y, int down_x, int down_y,
    int pad_x, int pad_y) {
  // Output ox and tap kx meet input ix where ox·down − pad + kx = ix·up. Outputs of one residue
  // modulo `step` meet the same taps, at inputs `advance` apart: each residue is a plain filter.
  int divisor = greatest_common_divisor(up_x, down_x);
  int step = up_x / divisor, advance = down_x / divisor;
  float sums[strip];
  for (int oy = 0; oy < out_height; oy++) {
    float *out = y + (size_t)oy * out_width;
    for (int residue = 0; residue < step && residue < out_width; residue++) {
      int count = (out_width - residue + step - 1) / step;
      for (int base = 0; base < count; base += strip) {
        int length = count - base < strip ? count - base : strip;
        memset(sums, 0, (size_t)length * sizeof(float));
        int origin = (residue + base * step) * down_x - pad_x;
        for (int ky = 0; ky < tap_height; ky++) {
          int py = oy * down_y - pad_y + ky;
          if (py < 0 || py % up_y || py / up_y >= height) continue;
          const float *row = x + (size_t)(py / up_y) * width;
          for (int kx = 0; kx < tap_width; kx++) {
            int px = origin + kx;
            // px may be negative: the remainder must be taken towards minus infinity.
            if (((px % up_x) + up_x) % up_x) continue;
            int start = px / up_x;
            int from = start < 0 ? (-start + advance - 1) / advance : 0;
            int to = start >= width ? 0 : (width - 1 - start) / advance + 1;
            if (to > length) to = length;
            add_tap(sums, row, taps[ky * tap_width + kx], from, to, start, advance);
          }
        }
        float *target = out + residue + (size_t)base * step;
        for (int j = 0; j < length; j++) target[(long)j * step] = sums[j];
      }
    }
  }
}

enum { longest_line = 2048, most_taps = 16 };

// to[i] = Σ factors[k] · rows[k][i · advance], up to four rows at a time so that sums stay in registers.
static inline __attribute__((always_inline)) void combine(
    float *restrict to, const float *const *rows, const float *factors, int count, int length,
    int advance, int step) {
  if (!count) {
    for (int i = 0; i < length; i++) to[(long)i * step] = 0;
    return;
  }
  for (int k = 0; k < count; k += 4) {
    const float *a = rows[k], *b = k + 1 < count ? rows[k + 1] : a;
    const float *c = k + 2 < count ? rows[k + 2] : a, *d = k + 3 < count ? rows[k + 3] : a;
    float fa = factors[k], fb = k + 1 < count ? factors[k + 1] : 0,
          fc = k + 2 < count ? factors[k + 2] : 0, fd = k + 3 < count ? factors[k + 3] : 0;
#define SUM(i) (fa * a[i] + fb * b[i] + fc * c[i] + fd * d[i])
    if (k) {
      for (int i = 0; i < length; i++) to[(long)i * step] += SUM((long)i * advance);
    } else if (advance == 1 && step == 1) {
      for (int i = 0; i < length; i++) to[i] = SUM(i);
    } else if (advance == 2 && step == 1) {
      for (int i = 0; i < length; i++) to[i] = SUM(2 * i);
    } else if (advance == 1 && step == 2) {
      for (int i = 0; i < length; i++) to[2 * i] = SUM(i);
    } else {
      for (int i = 0; i < length; i++) to[(long)i * step] = SUM((long)i * advance);
    }
#undef SUM
  }
}

ATELIER_MULTIVERSION
int atelier_upfirdn_separable(
    float *y, int out_height, int out_width, const float *x, int height, int width,
    const float *column, const float *row, int tap_height, int tap_width, int up_x, int up_y,
    int down_x, int down_y, int pad_x, int pad_y) {
  // Every output row is a sum of input rows, then filtered along itself; zeros stand around the line.
  int divisor = greatest_common_divisor(up_x, down_x);
  int step = up_x / divisor, advance = down_x / divisor;
  int before = pad_x > 0 ? (pad_x + up_x - 1) / up_x : 0;
  long last = (long)(out_width - 1) * down_x - pad_x + tap_width - 1;
  long end = last / up_x + 1 > width ? last / up_x + 1 : width;
  if (tap_height > most_taps || tap_width > most_taps || before + end > longest_line) return 0;
  float line[longest_line];
  memset(line, 0, (size_t)(before + end) * sizeof(float));
  const float *rows[most_taps];
  float factors[most_taps];
  for (int oy = 0; oy < out_height; oy++) {
    int count = 0;
    for (int ky = 0; ky < tap_height; ky++) {
      int py = oy * down_y - pad_y + ky;
      if (py < 0 || py % up_y || py / up_y >= height) continue;
      rows[count] = x + (size_t)(py / up_y) * width;
      factors[count++] = column[ky];
    }
    combine(line + before, rows, factors, count, width, 1, 1);
    for (int residue = 0; residue < step && residue < out_width; residue++) {
      int origin = residue * down_x - pad_x;
      count = 0;
      for (int kx = 0; kx < tap_width; kx++) {
        int px = origin + kx;
        if (((px % up_x) + up_x) % up_x) continue;
        rows[count] = line + before + px / up_x;
        factors[count++] = row[kx];
      }
      combine(
          y + (size_t)oy * out_width + residue, rows, factors, count,
          (out_width - residue + step - 1) / step, advance, step);
    }
  }
  return 1;
}
