#pragma once
#include <stddef.h>

#include "ConvolutionKernels.h"

// The inner loops of Atelier. Every function is compiled for several instruction sets and chosen
// once at start by the CPU (AVX-512, AVX2, portable; NEON comes through the portable path).
// Planes are rows of floats without gaps; all work is on one plane, so callers thread over planes.

/// The activations of bias_act, in the order of `Activation` in Tensors.
enum atelier_activation {
  atelier_linear, atelier_relu, atelier_lrelu, atelier_tanh, atelier_sigmoid,
  atelier_elu, atelier_selu, atelier_softplus, atelier_swish
};

/// Tells the processor that this thread waits for another in a loop.
static inline void atelier_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// y[i] = clamp(act(scale·x[i] + strength·noise[i] + bias) · gain, ±limit); `noise` may be null,
/// `limit` < 0 means no limit, `y` may be `x`.
void atelier_bias_act(
    float *y, const float *x, const float *noise, float strength, float scale, float bias,
    int activation, float alpha, float gain, float limit, size_t count);

/// y[i] = act((x[i] − mean) · factor + shift); `y` may be `x`.
void atelier_normalize(
    float *y, const float *x, float mean, float factor, float shift, int activation, float alpha,
    size_t count);

/// The gradient of y = act((x − mean) · factor), mean and factor = 1/√(variance + ε) those of x, act
/// linear above 0 and of slope `slope` below: with g = gradient · act′,
/// to[i] = factor · (g[i] − mean g − (x[i] − mean) · factor² · mean(g · (x − mean))).
void atelier_normalize_back(
    float *to, const float *gradient, const float *y, const float *x, float mean, float factor,
    float slope, size_t count);

/// y[i] = x[i] · scale; `y` may be `x`.
void atelier_scale(float *y, const float *x, float scale, size_t count);

/// y[i] += x[i] · scale.
void atelier_add_scaled(float *y, const float *x, float scale, size_t count);

/// Sum of squares in double precision.
double atelier_sum_of_squares(const float *x, size_t count);

/// Mean and (biased) variance of `count` numbers, in double precision; 0 of none.
void atelier_moments(const float *x, size_t count, double *mean, double *variance);

/// Adds one channel's columns of a stride-`stride` transposed convolution into its plane:
/// y[iy·stride + ky, ix·stride + kx] += column[(ky·kw + kx)·stride_column + iy·width + ix].
void atelier_col2im(
    float *y, int out_height, int out_width, const float *column, size_t stride_column,
    int height, int width, int kernel_height, int kernel_width, int stride);

/// Upsample by zero insertion, pad or crop, correlate with `taps` (already flipped for a true
/// convolution, gain included), keep every `down`-th sample.
void atelier_upfirdn(
    float *y, int out_height, int out_width, const float *x, int height, int width,
    const float *taps, int tap_height, int tap_width, int up_x, int up_y, int down_x, int down_y,
    int pad_x, int pad_y);

/// The same for taps that are the product of a column and a row; 0, and nothing done, where a line of
/// the padded plane is too long for it or there are more than 16 taps.
int atelier_upfirdn_separable(
    float *y, int out_height, int out_width, const float *x, int height, int width,
    const float *column, const float *row, int tap_height, int tap_width, int up_x, int up_y,
    int down_x, int down_y, int pad_x, int pad_y);

/// Depthwise 3×3 correlation with zero padding 1: y = x ∗ taps, scaled by `scale`.
void atelier_depthwise3x3(
    float *y, const float *x, const float *taps, float scale, int height, int width);

/// One inverse Haar step: four bands [height, width] give one plane [2·height, 2·width].
///
/// y[2i+a, 2j+b] = ½((lo + s_a·lh) + s_b·(hl + s_a·hh)), s = +1 for 0 and −1 for 1; every band is
/// multiplied by its own scale first.
void atelier_inverse_haar(
    float *y, const float *lo, const float *lh, const float *hl, const float *hh,
    const float scale[4], int height, int width);

/// bytes[i·pixel_stride] = trunc(clamp(x[i]·scale + offset, 0, 255)); NaN gives 0.
void atelier_to_bytes(
    unsigned char *bytes, size_t pixel_stride, const float *x, float scale, float offset,
    size_t count);
