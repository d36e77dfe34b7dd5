#include "CKernels.h"
#include "multiversion.h"

#include <math.h>

static inline float activate(float v, int activation, float alpha) {
  switch (activation) {
    case atelier_relu: return v > 0 ? v : 0;
    case atelier_lrelu: return v >= 0 ? v : v * alpha;
    case atelier_tanh: return tanhf(v);
    case atelier_sigmoid: return 1 / (1 + expf(-v));
    case atelier_elu: return v > 0 ? v : expm1f(v);
    case atelier_selu:
      return 1.0507009873554804934193349852946f *
             (v > 0 ? v : 1.6732632423543772848170429916717f * expm1f(v));
    case atelier_softplus: return v > 20 ? v : log1pf(expf(v));
    case atelier_swish: return v / (1 + expf(-v));
    default: return v;
  }
}

static inline float clamped(float v, float limit) {
  v = v > limit ? limit : v;
  return v < -limit ? -limit : v;
}

ATELIER_MULTIVERSION
void atelier_bias_act(
    float *y, const float *x, const float *noise, float strength, float scale, float bias,
    int activation, float alpha, float gain, float limit, size_t count) {
  float bound = limit < 0 ? INFINITY : limit;
  // The two activations of the generators get loops of their own, which vectorise.
  if (activation == atelier_lrelu && noise) {
    for (size_t i = 0; i < count; i++) {
      float v = scale * x[i] + strength * noise[i] + bias;
      y[i] = clamped((v >= 0 ? v : v * alpha) * gain, bound);
    }
  } else if (activation == atelier_lrelu) {
    for (size_t i = 0; i < count; i++) {
      float v = scale * x[i] + bias;
      y[i] = clamped((v >= 0 ? v : v * alpha) * gain, bound);
    }
  } else if (activation == atelier_linear && !noise) {
    for (size_t i = 0; i < count; i++) y[i] = clamped((scale * x[i] + bias) * gain, bound);
  } else {
    for (size_t i = 0; i < count; i++) {
      float v = scale * x[i] + (noise ? strength * noise[i] : 0) + bias;
      y[i] = clamped(activate(v, activation, alpha) * gain, bound);
    }
  }
}

ATELIER_MULTIVERSION
void atelier_normalize(
    float *y, const float *x, float mean, float factor, float shift, int activation, float alpha,
    size_t count) {
  if (activation == atelier_linear || activation == atelier_relu || activation == atelier_lrelu) {
    float slope = activation == atelier_linear ? 1 : activation == atelier_relu ? 0 : alpha;
    for (size_t i = 0; i < count; i++) {
      float v = (x[i] - mean) * factor + shift;
      y[i] = v < 0 ? v * slope : v;
    }
  } else {
    for (size_t i = 0; i < count; i++)
      y[i] = activate((x[i] - mean) * factor + shift, activation, alpha);
  }
}

ATELIER_MULTIVERSION
void atelier_normalize_back(
    float *to, const float *gradient, const float *y, const float *x, float mean, float factor,
    float slope, size_t count) {
  // Sixteen running sums in a fixed order, gathered in double precision every 256 elements.
  double total = 0, product = 0;
  size_t i = 0;
  while (i < count) {
    size_t end = i + 256 < count ? i + 256 : count;
    float sums[16] = {0}, products[16] = {0};
    for (; i + 16 <= end; i += 16)
      for (int k = 0; k < 16; k++) {
        float inner = gradient[i + k] * (y[i + k] > 0 ? 1 : slope);
        sums[k] += inner;
        products[k] += inner * (x[i + k] - mean);
      }
    for (; i < end; i++) {
      float inner = gradient[i] * (y[i] > 0 ? 1 : slope);
      total += inner;
      product += inner * (x[i] - mean);
    }
    for (int k = 0; k < 16; k++) {
      total += sums[k];
      product += products[k];
    }
  }
  float share = (float)(total / (double)count);
  float lean = (float)(product * factor * factor / (double)count);
  for (i = 0; i < count; i++) {
    float inner = gradient[i] * (y[i] > 0 ? 1 : slope);
    to[i] = (inner - share - (x[i] - mean) * lean) * factor;
  }
}

ATELIER_MULTIVERSION
void atelier_scale(float *y, const float *x, float scale, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = x[i] * scale;
}

ATELIER_MULTIVERSION
void atelier_add_scaled(float *y, const float *x, float scale, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += x[i] * scale;
}

ATELIER_MULTIVERSION
double atelier_sum_of_squares(const float *x, size_t count) {
  // Eight running sums in a fixed order: the result depends on the data alone.
  double sums[8] = {0};
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    for (int k = 0; k < 8; k++) sums[k] += (double)x[i + k] * x[i + k];
  double total = 0;
  for (; i < count; i++) total += (double)x[i] * x[i];
  for (int k = 0; k < 8; k++) total += sums[k];
  return total;
}

ATELIER_MULTIVERSION
void atelier_to_bytes(
    unsigned char *bytes, size_t pixel_stride, const float *x, float scale, float offset,
    size_t count) {
  for (size_t i = 0; i < count; i++) {
    float v = x[i] * scale + offset;
    v = v > 0 ? v : 0;  // NaN compares false and becomes 0
    v = v < 255 ? v : 255;
    bytes[i * pixel_stride] = (unsigned char)(int)v;
  }
}
