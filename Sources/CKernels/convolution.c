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

void atelier_filled_cells(
    unsigned char *filled, const float *plane, int height, int width, int padding, int channel,
    int channels) {
  enum { tall = 8 };
  int wide = atelier_panel_columns();
  int down = (height + 2 * padding + tall - 1) / tall, across = (width + 2 * padding + wide - 1) / wide;
  for (int i = 0; i < down * across; i++) filled[(size_t)i * channels + channel] = 0;
  for (int y = 0; y < height; y++) {
    unsigned char *row = filled + (size_t)((y + padding) / tall) * across * channels + channel;
    for (int j = 0; j < across; j++) {
      int from = j * wide - padding, to = from + wide < width ? from + wide : width;
      if (row[(size_t)j * channels]) continue;
      int any = 0;
      for (int x = from < 0 ? 0 : from; x < to; x++) any |= plane[(size_t)y * width + x] != 0;
      row[(size_t)j * channels] = (unsigned char)any;
    }
  }
}

ATELIER_MULTIVERSION
void atelier_pad(float *y, const float *x, float scale, int height, int width, int padding) {
  int wide = width + 2 * padding;
  memset(y, 0, (size_t)padding * wide * sizeof(float));
  y += (size_t)padding * wide;
  for (int i = 0; i < height; i++, y += wide, x += width) {
    for (int j = 0; j < padding; j++) y[j] = y[padding + width + j] = 0;
    for (int j = 0; j < width; j++) y[padding + j] = x[j] * scale;
  }
  memset(y, 0, (size_t)padding * wide * sizeof(float));
}

// Blocks that stay in cache are summed twice: first for their mean, then around it.
ATELIER_MULTIVERSION
void atelier_moments(const float *x, size_t count, double *mean, double *variance) {
  enum { block = 2048, lanes = 16 };
  double total = 0, squares = 0;
  for (size_t from = 0; from < count; from += block) {
    size_t length = count - from < block ? count - from : block, i = 0;
    double sums[lanes] = {0};
    for (; i + lanes <= length; i += lanes)
      for (int k = 0; k < lanes; k++) sums[k] += x[from + i + k];
    for (; i < length; i++) sums[0] += x[from + i];
    double sum = 0;
    for (int k = 0; k < lanes; k++) sum += sums[k], sums[k] = 0;
    double centre = sum / length;
    for (i = 0; i + lanes <= length; i += lanes)
      for (int k = 0; k < lanes; k++) {
        double d = x[from + i + k] - centre;
        sums[k] += d * d;
      }
    for (; i < length; i++) sums[0] += (x[from + i] - centre) * (x[from + i] - centre);
    // Two groups' squares around their common mean (Chan, Golub and LeVeque, 1983).
    double difference = from ? centre - total / from : 0;
    for (int k = 0; k < lanes; k++) squares += sums[k];
    squares += difference * difference * from * length / (from + length);
    total += sum;
  }
  *mean = count ? total / count : 0;
  *variance = count ? squares / count : 0;
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
