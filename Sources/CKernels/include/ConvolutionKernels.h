#pragma once
#include <stddef.h>

// The convolutions of Atelier: packed products, Winograd F(4×4, 3×3) and the ×2 up-convolution.
//
// Every function works on a part of one sample's layer, so that callers share parts among threads;
// results of a part depend on the layer's sizes alone. Versions for AVX-512, AVX2 and plain vectors
// are chosen once by the CPU, or by ATELIER_CPU=portable|avx2|avx512.

/// The instruction set in use.
enum atelier_cpu { atelier_portable, atelier_avx2, atelier_avx512 };
enum atelier_cpu atelier_cpu(void);

/// Rows of a register tile (weights are packed in groups of as many output channels) and columns
/// of a panel (inputs are packed in groups of as many columns).
int atelier_tile_rows(void);
int atelier_panel_columns(void);

/// y = clamp(lrelu(x + strength·noise + bias) · gain, ±limit); slope 1 makes lrelu linear.
struct atelier_epilogue {
  const float *noise;  // [out_height, out_width] or null
  const float *bias;   // [outputs] or null
  float strength, slope, gain, limit;
};

/// One sample of a convolution layer, x [inputs, height, width] → y [outputs, out_height,
/// out_width]. Inputs are scaled by `input_scale` (or null), sums by `output_scale` (or null).
///
/// Packed products and Winograd's convolution also take several samples that follow each other, with
/// their scales and every `noise_step` floats their noise: columns and tiles are counted through.
struct atelier_layer {
  const float *x, *weights;  // weights: packed by atelier_pack_weights
  float *y;
  const float *input_scale, *output_scale;
  const float *depthwise;  // [inputs, 9]: a depthwise 3×3 before the 1×1, or null
  int inputs, outputs, height, width, out_height, out_width;
  int kernel_height, kernel_width, stride, padding;
  long noise_step;
  struct atelier_epilogue epilogue;
};

/// Packs matrices [outputs, depth] for the register tile: `packed` [matrices][groups][depth][rows].
///
/// Element (m, o, d) is read at source[m·matrix_stride + o·row_stride + d·column_stride]; packs
/// groups `group0..<group1` of every matrix; `groups` = ⌈outputs / rows⌉ of them lie in a matrix.
void atelier_pack_weights(
    float *packed, const float *source, int matrices, int outputs, int depth, size_t matrix_stride,
    size_t row_stride, size_t column_stride, int group0, int group1);

/// Packs the matrix [outputs·taps, inputs] of kernels [outputs, inputs, taps], as above.
void atelier_pack_scattered(
    float *packed, const float *source, int outputs, int inputs, int taps, int group0, int group1);

/// Winograd's weights: 3×3 kernels [outputs, inputs, 9] become G·w·Gᵀ, G [6, 3], packed as 36
/// matrices as above. `up` picks the G of the up-convolution.
void atelier_pack_winograd(
    float *packed, const float *source, int outputs, int inputs, int up, int group0, int group1);

/// Columns n0..<n1 of the column matrix (output pixels in row-major order), channels c0..<c1, as
/// panels [⌈(n1 − n0)/panel⌉][inputs·taps][panel]; with `depthwise`, of its result.
void atelier_direct_pack(
    const struct atelier_layer *layer, float *columns, long n0, long n1, int c0, int c1);

/// y[o, n0..<n1] for the groups `group0..<group1` of output channels; `sums` holds
/// groups·rows·⌈(n1 − n0)/panel⌉·panel floats.
void atelier_direct_multiply(
    const struct atelier_layer *layer, const float *columns, float *sums, long n0, long n1,
    int group0, int group1);

/// y[o, n0..<n1] of a 1×1 convolution with stride 1 and at most four outputs.
void atelier_few_outputs(const struct atelier_layer *layer, long n0, long n1);

/// Output rows r0..<r1 of a convolution with stride 1 over a picture that is padded already: `x`
/// [inputs, height, width], out_height = height − kernel_height + 1, likewise the width. Reads up
/// to a panel beyond the last row of `x`.
///
/// `filled` tells which cells of which channels are not zero (see atelier_filled_cells), or is null;
/// `channels` is room for one int a channel.
void atelier_slide(
    const struct atelier_layer *layer, const unsigned char *filled, int *channels, int r0, int r1);

/// Whether channel `channel` is not zero in each cell of 8 rows × one panel of columns of its plane,
/// padded by `padding` zeros all around: `filled` [cells down, cells across, channels].
void atelier_filled_cells(
    unsigned char *filled, const float *plane, int height, int width, int padding, int channel,
    int channels);

/// A plane times `scale` among `padding` zeros all around.
void atelier_pad(float *y, const float *x, float scale, int height, int width, int padding);

/// Winograd's input transform of tiles t0..<t1 (4×4 outputs each, row-major) of channels c0..<c1:
/// [36][⌈(t1 − t0)/panel⌉][inputs][panel], the 36 parts 16 floats further apart than they are long.
void atelier_winograd_input(
    const struct atelier_layer *layer, float *v, int t0, int t1, int c0, int c1);

/// Winograd's products of frequencies k0..<k1: sums [36][rows of all groups][stride] with
/// stride = atelier_sum_stride(tiles), again 16 floats between the 36 parts.
void atelier_winograd_multiply(
    const struct atelier_layer *layer, const float *v, float *sums, int tiles, int k0, int k1);
long atelier_sum_stride(int tiles);

/// Winograd's output transform and the epilogue, for output channels o0..<o1.
void atelier_winograd_output(
    const struct atelier_layer *layer, const float *sums, int t0, int t1, int o0, int o1);

/// The ×2 up-convolution (see upconvolution.h): tiles of 4×4 input pixels, ⌈width/4⌉ across and
/// ⌈height/4⌉ down. The input transform of rows of tiles row0..<row1, channels c0..<c1:
/// [81][panels][inputs][panel], 16 floats between the parts.
void atelier_up_input(
    const struct atelier_layer *layer, float *v, int row0, int row1, int c0, int c1);

/// The products of the frequencies that share matrices m0..<m1 of the 36, as of Winograd's
/// convolution; the first has 16 of the 81 frequencies, the last 25 have one each.
void atelier_up_multiply(
    const struct atelier_layer *layer, const float *v, float *sums, int tiles, int m0, int m1);

/// Floats in one line of the unfiltered result: even columns, then odd ones.
long atelier_up_line(const struct atelier_layer *layer);

/// Floats in the edges of one channel: the samples right of the tiles and below them.
long atelier_up_edge(const struct atelier_layer *layer);

/// What the edges are products of, channels c0..<c1: ⌈height/panel⌉ + ⌈width/panel⌉ panels.
void atelier_up_edge_pack(const struct atelier_layer *layer, float *columns, int c0, int c1);

/// The edges [outputs][atelier_up_edge] of the groups group0..<group1 of output channels; `sums`
/// holds 3·rows·panel·⌈max(height, width)/panel⌉ floats.
void atelier_up_edge_multiply(
    const struct atelier_layer *layer, const float *columns, float *edges, float *sums, int group0,
    int group1);

/// The output transform of rows of tiles row0..<row1, of a band that begins at `band0`, for channels
/// o0..<o1; then filter (4 taps down, 4 across) and epilogue of the output rows that are complete.
///
/// `carry` [outputs][3] keeps the last lines for the next rows of tiles of the band. The seam
/// [outputs][6] before the band gets its first lines, that after it (or null) its last ones.
/// `lines` is working memory of 5 + 8·(row1 − row0) lines.
void atelier_up_finish(
    const struct atelier_layer *layer, const float *filter, const float *sums, const float *edges,
    int band0, int row0, int row1, float *carry, float *before, float *after, float *lines, int o0,
    int o1);

/// The three output rows across the seam above row of tiles `tile_row`.
void atelier_up_seam(
    const struct atelier_layer *layer, const float *filter, const float *seam, int tile_row, int o0,
    int o1);

/// Sums of products of rows at three places next to each other:
/// c[o·output_step + i·input_step + k] = Σ over p < length of g[o·stride + p]·x[i·stride + p + k].
///
/// Up to 16 samples more are read of every row; those of g must be 0.
void atelier_correlate3(
    float *c, long output_step, long input_step, const float *g, const float *x, long stride,
    int outputs, int inputs, long length);

/// Planes [samples, channels, height, width] that are cut into tiles of 4×4 results, `across` and `down`
/// in a sample, with `padding` zeros in front; times factors `scale` [samples, channels], or null.
struct atelier_planes {
  const float *x, *scale;
  int channels, height, width, across, down, padding;
  int stride;  // the convolution's, 1 or 2
};

/// The gradient of 3×3 weights [outputs, inputs, 9] by Winograd's algorithm (see winograd_gradient.h).
struct atelier_gradient {
  float *weights;
  int outputs, inputs, stride;
};

/// Floats for `tiles` tiles of transformed inputs, of transformed gradients, and of the sums.
void atelier_gradient_room(const struct atelier_gradient *gradient, int tiles, long room[3]);

/// The transforms of tiles t0..<t1 of all samples, channels c0..<c1 (from a multiple of 16 on, whole
/// sixteens): of the convolution's input, and of the gradient of its result.
void atelier_gradient_input(
    const struct atelier_planes *planes, float *v, int t0, int t1, int c0, int c1);
void atelier_gradient_output(
    const struct atelier_planes *planes, float *u, int t0, int t1, int c0, int c1);

/// Products over `tiles` tiles of the frequencies k0..<k1 of 36, the longest first, for the register tiles group0..<group1
/// of outputs, which alone `sums` holds; added to what is there if it `adds`.
void atelier_gradient_multiply(
    const struct atelier_gradient *gradient, const float *u, const float *v, float *sums, int tiles,
    int k0, int k1, int group0, int group1, int adds);

/// The weights' gradient of outputs o0..<o1 from sums that hold the register tiles group0..<group1.
void atelier_gradient_finish(
    const struct atelier_gradient *gradient, const float *sums, int group0, int group1, int o0,
    int o1);

/// Output rows r0..<r1 of the ×2 upsampling of a plane x [height, width] → y [2·height, 2·width] by
/// a filter of 4 taps down and 4 across, gain included, already flipped for a true convolution.
void atelier_upsample2(
    float *y, const float *x, const float *filter, int height, int width, int r0, int r1);

/// The filtered nonlinearity of StyleGAN3: planes [height, width] → [out_height, out_width].
///
/// The picture is upsampled by `up` with `before` zeros in front on both axes and correlated with
/// `up_filter` on both, which leaves up_width columns; lrelu, gain and clamp; then correlated
/// with `down_filter` on both axes, or with one of down_taps × down_taps if it `is_radial`, and
/// every `down`-th sample kept.
struct atelier_filtered {
  const float *up_filter, *down_filter;  // gains included, reversed for a true convolution
  int up_taps, down_taps, up, down, before, is_radial;
  int height, width, up_width, out_height, out_width;
  float slope, gain, limit;
};

/// Output rows r0..<r1 of one plane, at most 16; `work` holds atelier_filtered_room floats.
void atelier_filtered_lrelu(
    const struct atelier_filtered *f, float *y, const float *x, int r0, int r1, float *work);
long atelier_filtered_room(const struct atelier_filtered *f);
