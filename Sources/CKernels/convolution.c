#include "CKernels.h"
#include "multiversion.h"

#include <string.h>

static inline int smaller(int a, int b) { return a < b ? a : b; }
static inline int larger(int a, int b) { return a > b ? a : b; }

ATELIER_MULTIVERSION
void atelier_im2col(
    float *column, size_t stride_column, const float *x, float scale, int height, int width,
    int kernel_height, int kernel_width, int stride, int pad, int row0, int row1, int out_width) {
  for (int ky = 0; ky < kernel_height; ky++) {
    for (int kx = 0; kx < kernel_width; kx++) {
      float *to = column + (size_t)(ky * kernel_width + kx) * stride_column;
      // Columns first..<last read inside the plane; left and right of them lies padding.
      int shift = kx - pad;
      int first = shift < 0 ? smaller((-shift + stride - 1) / stride, out_width) : 0;
      int last = width - 1 - shift < 0 ? first : (width - 1 - shift) / stride + 1;
      last = larger(first, smaller(last, out_width));
      for (int oy = row0; oy < row1; oy++, to += out_width) {
        int iy = oy * stride - pad + ky;
        if (iy < 0 || iy >= height) {
          memset(to, 0, (size_t)out_width * sizeof(float));
          continue;
        }
        const float *from = x + (size_t)iy * width + shift;
        for (int ox = 0; ox < first; ox++) to[ox] = 0;
        if (stride == 1) {
          for (int ox = first; ox < last; ox++) to[ox] = from[ox] * scale;
        } else {
          for (int ox = first; ox < last; ox++) to[ox] = from[ox * stride] * scale;
        }
        for (int ox = last; ox < out_width; ox++) to[ox] = 0;
      }
    }
  }
}

ATELIER_MULTIVERSION
void atelier_col2im(
    float *y, int out_height, int out_width, const float *column, size_t stride_column,
    int height, int width, int kernel_height, int kernel_width, int stride) {
  memset(y, 0, (size_t)out_height * out_width * sizeof(float));
  for (int ky = 0; ky < kernel_height; ky++) {
    for (int kx = 0; kx < kernel_width; kx++) {
      const float *from = column + (size_t)(ky * kernel_width + kx) * stride_column;
      for (int iy = 0; iy < height; iy++, from += width) {
        float *to = y + (size_t)(iy * stride + ky) * out_width + kx;
        for (int ix = 0; ix < width; ix++) to[ix * stride] += from[ix];
      }
    }
  }
}

ATELIER_MULTIVERSION
void atelier_depthwise3x3(
    float *y, const float *x, const float *taps, float scale, int height, int width) {
  float t[9];
  for (int k = 0; k < 9; k++) t[k] = taps[k] * scale;
  for (int i = 0; i < height; i++) {
    const float *row = x + (size_t)i * width;
    float *to = y + (size_t)i * width;
    // Rows outside the plane are read as the middle row with weight 0.
    const float *above = i > 0 ? row - width : row;
    const float *below = i + 1 < height ? row + width : row;
    float a0 = i > 0 ? t[0] : 0, a1 = i > 0 ? t[1] : 0, a2 = i > 0 ? t[2] : 0;
    int has_below = i + 1 < height;
    float b0 = has_below ? t[6] : 0, b1 = has_below ? t[7] : 0, b2 = has_below ? t[8] : 0;
    for (int j = 1; j + 1 < width; j++) {
      to[j] = (a0 * above[j - 1] + a1 * above[j] + a2 * above[j + 1]) +
              (t[3] * row[j - 1] + t[4] * row[j] + t[5] * row[j + 1]) +
              (b0 * below[j - 1] + b1 * below[j] + b2 * below[j + 1]);
    }
    for (int j = 0; j < width; j += larger(width - 1, 1)) {
      float sum = a1 * above[j] + t[4] * row[j] + b1 * below[j];
      if (j > 0) sum += a0 * above[j - 1] + t[3] * row[j - 1] + b0 * below[j - 1];
      if (j + 1 < width) sum += a2 * above[j + 1] + t[5] * row[j + 1] + b2 * below[j + 1];
      to[j] = sum;
    }
  }
}
