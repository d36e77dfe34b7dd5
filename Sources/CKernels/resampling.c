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
