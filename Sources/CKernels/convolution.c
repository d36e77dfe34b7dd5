#include "CKernels.h"
#include "multiversion.h"

#include <string.h>

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
    for (int j = 0; j < width; j += (width > 1 ? width - 1 : 1)) {
      float sum = a1 * above[j] + t[4] * row[j] + b1 * below[j];
      if (j > 0) sum += a0 * above[j - 1] + t[3] * row[j - 1] + b0 * below[j - 1];
      if (j + 1 < width) sum += a2 * above[j + 1] + t[5] * row[j + 1] + b2 * below[j + 1];
      to[j] = sum;
    }
  }
}
