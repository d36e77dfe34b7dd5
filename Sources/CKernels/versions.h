#pragma once
#include "ConvolutionKernels.h"

// The functions of one instruction set.
struct versions {
  enum atelier_cpu cpu;
  int rows, panel;
  void (*direct_pack)(const struct atelier_layer *, float *, long, long, int, int);
  void (*direct_multiply)(
      const struct atelier_layer *, const float *, float *, long, long, int, int);
  void (*few_outputs)(const struct atelier_layer *, long, long);
  void (*slide)(const struct atelier_layer *, const unsigned char *, int *, int, int);
  void (*haar_rows)(
      float *, const float *, const float *, const float *, const float *, const float *, int, int);
  void (*upsample2)(float *, const float *, const float *, int, int, int, int);
  void (*filtered)(const struct atelier_filtered *, float *, const float *, int, int, float *);
  long (*filtered_room)(const struct atelier_filtered *);
  void (*winograd_input)(const struct atelier_layer *, float *, int, int, int, int);
  void (*winograd_multiply)(const struct atelier_layer *, const float *, float *, int, int, int);
  void (*winograd_output)(const struct atelier_layer *, const float *, int, int, int, int);
  void (*up_input)(const struct atelier_layer *, float *, int, int, int, int);
  void (*up_multiply)(const struct atelier_layer *, const float *, float *, int, int, int);
  void (*up_edge_pack)(const struct atelier_layer *, float *, int, int);
  void (*up_edge_multiply)(const struct atelier_layer *, const float *, float *, float *, int, int);
  void (*up_finish)(
      const struct atelier_layer *, const float *, const float *, const float *, int, int, int,
      float *, float *, float *, float *, int, int);
  void (*up_seam)(const struct atelier_layer *, const float *, const float *, int, int, int);
  long (*up_line)(const struct atelier_layer *);
  long (*up_edge)(const struct atelier_layer *);
  void (*correlate3)(float *, long, long, const float *, const float *, long, int, int, long);
  void (*gradient_input)(const struct atelier_planes *, float *, int, int, int, int);
  void (*gradient_output)(const struct atelier_planes *, float *, int, int, int, int);
  void (*gradient_multiply)(
      const struct atelier_gradient *, const float *, const float *, float *, int, int, int, int, int,
      int);
  void (*gradient_finish)(const struct atelier_gradient *, const float *, int, int, int, int);
  void (*gradient_room)(const struct atelier_gradient *, int, long[3]);
};

extern const struct versions atelier_versions_portable;
#if defined(__x86_64__)
extern const struct versions atelier_versions_avx2, atelier_versions_avx512;
#endif
