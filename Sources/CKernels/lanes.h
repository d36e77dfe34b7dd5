#pragma once
// Vectors of LANES floats for one instruction set, from Clang's vector extensions: the same source
// becomes AVX-512 (16), AVX2 (8) and SSE2 or NEON (4). The includer defines LANES, ROWS (rows of a
// register tile), VECTORS (vectors across it), SUFFIX and TARGET.

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(name) JOIN(name, SUFFIX)
#define INLINE static inline __attribute__((always_inline)) TARGET
// A loop over registers: indices must be known when compiling.
#define EACH(i, count) \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < (count); i++)
#define PANEL (LANES * VECTORS)

typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4)));
typedef float aligned_lanes __attribute__((vector_size(4 * LANES)));
typedef int mask __attribute__((vector_size(4 * LANES), aligned(4)));

INLINE lanes load(const float *p) { return *(const lanes *)p; }
INLINE void store(float *p, lanes v) { *(lanes *)p = v; }
// Stores past the caches; p is aligned to a vector.
INLINE void stream(float *p, lanes v) { __builtin_nontemporal_store(v, (aligned_lanes *)p); }
INLINE lanes splat(float v) { return v - (lanes){0}; }
INLINE lanes choose(mask m, lanes a, lanes b) { return (lanes)((m & (mask)a) | (~m & (mask)b)); }

#if LANES == 16
#define EVEN(a, b) __builtin_shufflevector( \
    a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define EVERY4(a, b, i) __builtin_shufflevector(a, b, i, i + 4, i + 8, i + 12, i + 16, i + 20, \
    i + 24, i + 28, i, i + 4, i + 8, i + 12, i + 16, i + 20, i + 24, i + 28)
#define HALVES(a, b) \
  __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#define ZIP_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define ZIP2_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23)
#define ZIP2_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31)
#elif LANES == 8
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define EVERY4(a, b, i) \
  __builtin_shufflevector(a, b, i, i + 4, i + 8, i + 12, i, i + 4, i + 8, i + 12)
#define HALVES(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define ZIP2_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 2, 3, 10, 11)
#define ZIP2_HIGH(a, b) __builtin_shufflevector(a, b, 4, 5, 12, 13, 6, 7, 14, 15)
#else
#define EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6)
#define EVERY4(a, b, i) __builtin_shufflevector(a, b, i, i + 4, i, i + 4)
#define HALVES(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#define ZIP2_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define ZIP2_HIGH(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#endif

// out[i][l] = p[4·l + i] for i in 0..<count.
INLINE void take_every_fourth(const float *p, lanes *out, int count) {
  lanes a = load(p), b = load(p + LANES), c = load(p + 2 * LANES), d = load(p + 3 * LANES);
  out[0] = HALVES(EVERY4(a, b, 0), EVERY4(c, d, 0));
  if (count > 1) out[1] = HALVES(EVERY4(a, b, 1), EVERY4(c, d, 1));
  if (count > 2) out[2] = HALVES(EVERY4(a, b, 2), EVERY4(c, d, 2));
  if (count > 3) out[3] = HALVES(EVERY4(a, b, 3), EVERY4(c, d, 3));
}

// The inverse: out, read as 4·LANES floats, is z[0][0], z[1][0], z[2][0], z[3][0], z[0][1], …
INLINE void interleave4(const lanes *z, lanes *out) {
  lanes ab0 = ZIP_LOW(z[0], z[1]), ab1 = ZIP_HIGH(z[0], z[1]);
  lanes cd0 = ZIP_LOW(z[2], z[3]), cd1 = ZIP_HIGH(z[2], z[3]);
  out[0] = ZIP2_LOW(ab0, cd0);
  out[1] = ZIP2_HIGH(ab0, cd0);
  out[2] = ZIP2_LOW(ab1, cd1);
  out[3] = ZIP2_HIGH(ab1, cd1);
}

// clamp(lrelu(scale·x + strength·noise + bias) · gain, ±limit), channel's constants worked out.
typedef struct {
  float scale, bias, strength, slope, gain, limit;
  int streams;
} finish;

// Results of more floats than this leave the caches before anything reads them again: written around
// them, they need not be read first.
enum { cached_floats = 12 << 20 };

INLINE int streams(const struct atelier_layer *l) {
  return (long)l->outputs * l->out_height * l->out_width > cached_floats;
}

// Streamed stores of one thread come before what it does next.
INLINE void settle(const struct atelier_layer *l) {
  if (streams(l)) __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

INLINE int streams_to(const float *y, finish f) {
  return f.streams && (uintptr_t)y % sizeof(aligned_lanes) == 0;
}

INLINE void put_finished(float *y, lanes v, int streams) {
  if (streams) {
    stream(y, v);
  } else {
    store(y, v);
  }
}

INLINE lanes finished(lanes x, const float *noise, finish f) {
  lanes v = x * f.scale + f.bias;
  if (noise) v += load(noise) * f.strength;
  v = choose(v < 0, v * f.slope, v) * f.gain;
  v = choose(v > f.limit, splat(f.limit), v);
  return choose(v < -f.limit, splat(-f.limit), v);
}

INLINE void finish_row(float *y, const float *x, const float *noise, finish f, long count) {
  long i = 0;
  int streams = streams_to(y, f);
  for (; i + LANES <= count; i += LANES)
    put_finished(y + i, finished(load(x + i), noise ? noise + i : 0, f), streams);
  if (i == count) return;
  float in[LANES] = {0}, extra[LANES] = {0}, out[LANES];
  memcpy(in, x + i, (size_t)(count - i) * sizeof(float));
  if (noise) memcpy(extra, noise + i, (size_t)(count - i) * sizeof(float));
  store(out, finished(load(in), noise ? extra : 0, f));
  memcpy(y + i, out, (size_t)(count - i) * sizeof(float));
}

INLINE finish finish_at(const struct atelier_layer *layer, long sample, int channel) {
  const struct atelier_epilogue *e = &layer->epilogue;
  return (finish){
      layer->output_scale ? layer->output_scale[sample * layer->outputs + channel] : 1,
      e->bias ? e->bias[channel] : 0, e->strength, e->slope, e->gain, e->limit, streams(layer)};
}

INLINE finish finish_of(const struct atelier_layer *layer, int channel) {
  return finish_at(layer, 0, channel);
}
