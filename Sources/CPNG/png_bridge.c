#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Everything that one call owns. It lives in the frame of the public function, the jump buffer's
// frame is a static function below it: so no variable of the jumping frame changes after setjmp.
typedef struct {
  const uint8_t *input;
  size_t remaining;
  cpng_bytes output;
  size_t capacity;
  uint8_t *pixels;
  png_structp png;
  png_infop info;
  char *message;
  jmp_buf escape;
} job;

static void on_error(png_structp png, png_const_charp text) {
  job *j = png_get_error_ptr(png);
  snprintf(j->message, CPNG_MESSAGE_BYTES, "%s", text);
  longjmp(j->escape, 1);
}

// Warnings concern oddities that do not change the pixels.
static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  job *j = png_get_io_ptr(png);
  if (count > j->remaining) png_error(png, "the file ends too early");
  memcpy(target, j->input, count);
  j->input += count;
  j->remaining -= count;
}

static void write_bytes(png_structp png, png_bytep source, size_t count) {
  job *j = png_get_io_ptr(png);
  if (count > j->capacity - j->output.count) {
    size_t capacity = j->capacity * 2 + count + 65536;
    uint8_t *grown = realloc(j->output.bytes, capacity);
    if (grown == NULL) png_error(png, "out of memory");
    j->output.bytes = grown;
    j->capacity = capacity;
  }
  memcpy(j->output.bytes + j->output.count, source, count);
  j->output.count += count;
}

static void flush_bytes(png_structp png) { (void)png; }

static int start_reading(job *j) {
  j->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, j, on_error, on_warning);
  if (j->png != NULL) j->info = png_create_info_struct(j->png);
  if (j->info == NULL) {
    snprintf(j->message, CPNG_MESSAGE_BYTES, "libpng did not start (wrong version or no memory)");
    return -1;
  }
  png_set_read_fn(j->png, j, read_bytes);
  png_set_user_limits(j->png, CPNG_MAXIMUM_SIDE, CPNG_MAXIMUM_SIDE);
  png_set_chunk_malloc_max(j->png, CPNG_MAXIMUM_TEXT_BYTES);
  png_set_crc_action(j->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  return 0;
}

// Decoding

// Only PLTE and tRNS say something about the pixels here: gamma and colour profiles are not
// applied, and everything else is passed over (its CRC is still checked).
static void pass_over_other_chunks(png_structp png) {
  static const png_byte kept[] = "tRNS";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, kept, 1);
}

static void expand_to_8_bits(job *j) {
  int type = png_get_color_type(j->png, j->info);
  int depth = png_get_bit_depth(j->png, j->info);
  int has_transparency = png_get_valid(j->png, j->info, PNG_INFO_tRNS) != 0;
  if (depth == 16) png_set_strip_16(j->png);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(j->png);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(j->png);
  if (has_transparency) png_set_tRNS_to_alpha(j->png);
  if (type == PNG_COLOR_TYPE_GRAY_ALPHA || (type == PNG_COLOR_TYPE_GRAY && has_transparency)) {
    png_set_gray_to_rgb(j->png);
  }
}

// Refuses, before any memory is asked for, a picture that the rest of the file cannot hold:
// deflate makes at most 1032 bytes of one.
static void check_plausibility(job *j, size_t file_bytes) {
  uint64_t bits = (uint64_t)png_get_image_width(j->png, j->info) *
                  png_get_image_height(j->png, j->info) * png_get_bit_depth(j->png, j->info) *
                  png_get_channels(j->png, j->info);
  if (bits / 8 > (uint64_t)file_bytes * 1032) {
    png_error(j->png, "the file is too short for its width and height");
  }
}

static int decode(job *j, cpng_picture *picture, size_t file_bytes) {
  if (setjmp(j->escape) != 0) return -1;
  if (start_reading(j) != 0) return -1;
  pass_over_other_chunks(j->png);
  png_read_info(j->png, j->info);
  check_plausibility(j, file_bytes);
  expand_to_8_bits(j);
  int passes = png_set_interlace_handling(j->png);
  png_read_update_info(j->png, j->info);

  picture->width = png_get_image_width(j->png, j->info);
  picture->height = png_get_image_height(j->png, j->info);
  picture->channels = png_get_channels(j->png, j->info);
  size_t row_bytes = (size_t)picture->width * picture->channels;
  if (row_bytes != png_get_rowbytes(j->png, j->info)) png_error(j->png, "unexpected row length");
  if (row_bytes > CPNG_MAXIMUM_BYTES / picture->height) {
    png_error(j->png, "the picture would take more than 1 GiB");
  }
  j->pixels = malloc(row_bytes * picture->height);
  if (j->pixels == NULL) png_error(j->png, "out of memory");
  for (int pass = 0; pass < passes; ++pass) {
    for (uint32_t y = 0; y < picture->height; ++y) {
      png_read_row(j->png, j->pixels + y * row_bytes, NULL);
    }
  }
  png_read_end(j->png, NULL);
  return 0;
}

int cpng_decode(const uint8_t *bytes, size_t count, cpng_picture *picture, char *message) {
  job j = {.input = bytes, .remaining = count, .message = message};
  int status = decode(&j, picture, count);
  png_destroy_read_struct(&j.png, &j.info, NULL);
  if (status != 0) {
    free(j.pixels);
    j.pixels = NULL;
  }
  picture->pixels = j.pixels;
  return status;
}

// Numbers

static int decode_numbers(job *j, cpng_numbers *numbers, size_t file_bytes) {
  if (setjmp(j->escape) != 0) return -1;
  if (start_reading(j) != 0) return -1;
  pass_over_other_chunks(j->png);
  png_read_info(j->png, j->info);
  check_plausibility(j, file_bytes);
  numbers->width = png_get_image_width(j->png, j->info);
  numbers->height = png_get_image_height(j->png, j->info);
  numbers->depth = png_get_bit_depth(j->png, j->info);
  numbers->colour = png_get_color_type(j->png, j->info);
  int is_palette = numbers->colour == PNG_COLOR_TYPE_PALETTE;
  if (numbers->colour != PNG_COLOR_TYPE_GRAY && !is_palette) return 0;
  if (numbers->depth < 8) {
    if (is_palette) {
      png_set_packing(j->png);
    } else {
      png_set_expand_gray_1_2_4_to_8(j->png);
    }
  }
  const uint16_t one = 1;
  if (numbers->depth == 16 && *(const uint8_t *)&one == 1) png_set_swap(j->png);
  int passes = png_set_interlace_handling(j->png);
  png_read_update_info(j->png, j->info);
  size_t sample_bytes = numbers->depth == 16 ? 2 : 1;
  size_t width = numbers->width, height = numbers->height;
  if (width * sample_bytes != png_get_rowbytes(j->png, j->info)) {
    png_error(j->png, "unexpected row length");
  }
  if (width * sizeof(uint16_t) > CPNG_MAXIMUM_BYTES / height) {
    png_error(j->png, "the picture would take more than 1 GiB");
  }
  j->pixels = malloc(width * height * sizeof(uint16_t));
  if (j->pixels == NULL) png_error(j->png, "out of memory");
  for (int pass = 0; pass < passes; ++pass) {
    for (size_t y = 0; y < height; ++y) {
      png_read_row(j->png, j->pixels + y * width * sample_bytes, NULL);
    }
  }
  png_read_end(j->png, NULL);
  // Bytes are spread from the end, so that none is overwritten before it is read.
  if (sample_bytes == 1) {
    uint16_t *samples = (uint16_t *)j->pixels;
    for (size_t i = width * height; i-- > 0;) samples[i] = j->pixels[i];
  }
  return 0;
}

int cpng_decode_numbers(const uint8_t *bytes, size_t count, cpng_numbers *numbers, char *message) {
  job j = {.input = bytes, .remaining = count, .message = message};
  int status = decode_numbers(&j, numbers, count);
  png_destroy_read_struct(&j.png, &j.info, NULL);
  if (status != 0) {
    free(j.pixels);
    j.pixels = NULL;
  }
  numbers->samples = (uint16_t *)j.pixels;
  return status;
}

// Encoding

static void add_texts(job *j, const cpng_text *texts, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    png_text text;
    memset(&text, 0, sizeof text);
    text.compression =
        texts[i].compressed ? PNG_ITXT_COMPRESSION_zTXt : PNG_ITXT_COMPRESSION_NONE;
    text.key = (png_charp)texts[i].keyword;
    text.text = (png_charp)texts[i].text;
    png_set_text(j->png, j->info, &text, 1);
  }
}

static int encode(job *j, const cpng_picture *picture, int depth, cpng_encoding encoding,
                  const cpng_text *texts, size_t text_count) {
  if (setjmp(j->escape) != 0) return -1;
  j->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, j, on_error, on_warning);
  if (j->png != NULL) j->info = png_create_info_struct(j->png);
  if (j->info == NULL) {
    snprintf(j->message, CPNG_MESSAGE_BYTES, "libpng did not start (wrong version or no memory)");
    return -1;
  }
  int type = picture->channels == 1   ? PNG_COLOR_TYPE_GRAY
             : picture->channels == 3 ? PNG_COLOR_TYPE_RGB
                                      : PNG_COLOR_TYPE_RGB_ALPHA;
  png_set_write_fn(j->png, j, write_bytes, flush_bytes);
  png_set_user_limits(j->png, CPNG_MAXIMUM_SIDE, CPNG_MAXIMUM_SIDE);
  png_set_compression_level(j->png, encoding.level);
  png_set_compression_strategy(j->png, encoding.strategy);
  png_set_compression_mem_level(j->png, 9);
  png_set_compression_buffer_size(j->png, 1 << 18);
  png_set_filter(j->png, PNG_FILTER_TYPE_BASE, encoding.filters);
  png_set_IHDR(j->png, j->info, picture->width, picture->height, depth, type, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  add_texts(j, texts, text_count);
  png_write_info(j->png, j->info);
  const uint16_t one = 1;
  if (depth == 16 && *(const uint8_t *)&one == 1) png_set_swap(j->png);
  size_t row_bytes = (size_t)picture->width * picture->channels * (depth / 8);
  for (uint32_t y = 0; y < picture->height; ++y) {
    png_write_row(j->png, picture->pixels + y * row_bytes);
  }
  png_write_end(j->png, NULL);
  return 0;
}

int cpng_encode(const cpng_picture *picture, int depth, cpng_encoding encoding,
                const cpng_text *texts, size_t text_count, cpng_bytes *result, char *message) {
  job j = {.message = message};
  int status = encode(&j, picture, depth, encoding, texts, text_count);
  png_destroy_write_struct(&j.png, &j.info);
  if (status != 0) {
    free(j.output.bytes);
    j.output = (cpng_bytes){NULL, 0};
  }
  *result = j.output;
  return status;
}

// Texts

// libpng reads a text chunk only inside a PNG. These bytes, before and after the chunk, make the
// smallest one: signature and header of a 1×1 grey picture, and the start of an empty IDAT chunk,
// where png_read_info stops.
static const uint8_t before_chunk[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0,
                                       13,   'I', 'H', 'D', 'R',  0,    0,    0,    1, 0, 0,
                                       0,    1,   8,   0,   0,    0,    0,    0x3A, 0x7E, 0x9B,
                                       0x55};
static const uint8_t after_chunk[] = {0, 0, 0, 0, 'I', 'D', 'A', 'T'};

static cpng_bytes copied(job *j, const char *source, size_t count) {
  cpng_bytes copy = {malloc(count + 1), count};
  if (copy.bytes == NULL) png_error(j->png, "out of memory");
  memcpy(copy.bytes, source, count);
  copy.bytes[count] = 0;
  return copy;
}

static int read_text(job *j, cpng_read_text_result *result) {
  if (setjmp(j->escape) != 0) return -1;
  if (start_reading(j) != 0) return -1;
  png_set_benign_errors(j->png, 0);
  png_read_info(j->png, j->info);
  png_textp texts = NULL;
  int count = 0;
  png_get_text(j->png, j->info, &texts, &count);
  if (count != 1) png_error(j->png, "not a readable text chunk");
  int is_international = texts[0].compression >= PNG_ITXT_COMPRESSION_NONE;
  size_t length = is_international ? texts[0].itxt_length : texts[0].text_length;
  result->is_utf8 = is_international;
  result->keyword = copied(j, texts[0].key, strlen(texts[0].key));
  result->text = copied(j, texts[0].text, length);
  return 0;
}

int cpng_read_text(const uint8_t *chunk, size_t count, cpng_read_text_result *result,
                   char *message) {
  *result = (cpng_read_text_result){{NULL, 0}, {NULL, 0}, 0};
  size_t total = sizeof before_chunk + count + sizeof after_chunk;
  uint8_t *file = malloc(total);
  if (file == NULL) {
    snprintf(message, CPNG_MESSAGE_BYTES, "out of memory");
    return -1;
  }
  memcpy(file, before_chunk, sizeof before_chunk);
  memcpy(file + sizeof before_chunk, chunk, count);
  memcpy(file + sizeof before_chunk + count, after_chunk, sizeof after_chunk);
  job j = {.input = file, .remaining = total, .message = message};
  int status = read_text(&j, result);
  png_destroy_read_struct(&j.png, &j.info, NULL);
  free(file);
  if (status != 0) {
    free(result->keyword.bytes);
    free(result->text.bytes);
    *result = (cpng_read_text_result){{NULL, 0}, {NULL, 0}, 0};
  }
  return status;
}

void cpng_release(void *memory) { free(memory); }
