// A thin bridge over libpng. libpng reports errors by longjmp; every jump starts and ends inside
// one function of png_bridge.c, so Swift frames are never jumped over. No function here keeps
// global state: calls may run on several threads at once.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The longest side of a picture that is read or written, in pixels.
#define CPNG_MAXIMUM_SIDE 65500

/// The most bytes that one picture may decode to: 1 GiB.
#define CPNG_MAXIMUM_BYTES ((size_t)1 << 30)

/// The most bytes that one text chunk may inflate to: 64 MB.
#define CPNG_MAXIMUM_TEXT_BYTES ((size_t)64 << 20)

/// Room for one line of error text, with its final zero.
#define CPNG_MESSAGE_BYTES 256

/// A decoded picture: `height` rows of `width` pixels of `channels` bytes, without padding.
typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t channels;  // 1 grey, 3 RGB, 4 RGBA
  uint8_t *pixels;    // released by cpng_release
} cpng_picture;

/// A picture of numbers: `height` rows of `width` samples in the machine's byte order.
typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t depth;      // bits of a sample in the file
  uint32_t colour;     // the file's colour type: 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA
  uint16_t *samples;   // NULL for colour types other than 0 and 3; released by cpng_release
} cpng_numbers;

/// Bytes that the bridge allocated.
typedef struct {
  uint8_t *bytes;  // released by cpng_release
  size_t count;
} cpng_bytes;

/// One text to write as an iTXt chunk; both strings are UTF-8 and end with a zero.
typedef struct {
  const char *keyword;
  const char *text;
  int compressed;  // not 0: the text is stored deflated
} cpng_text;

/// One text that was read.
typedef struct {
  cpng_bytes keyword;  // Latin-1
  cpng_bytes text;     // UTF-8 if is_utf8, else Latin-1
  int is_utf8;
} cpng_read_text_result;

/// How a picture is written.
typedef struct {
  int level;     // zlib's, 0...9
  int strategy;  // zlib's: 0 default, 1 filtered, 2 Huffman only, 3 runs
  int filters;   // libpng's PNG_FILTER_* bits
} cpng_encoding;

/// Decodes a whole PNG of `count` bytes into 8-bit grey, RGB or RGBA.
///
/// Returns 0 and fills `picture`, or returns -1 and writes why into `message`
/// (CPNG_MESSAGE_BYTES long).
int cpng_decode(const uint8_t *bytes, size_t count, cpng_picture *picture, char *message);

/// Decodes the samples of a grey or palette PNG as numbers: 16 bits as they are, a palette's indices,
/// grey of fewer than 8 bits spread over 0 to 255 as in a picture. Transparency is passed over.
///
/// Of other colour types only the header is read. Returns as cpng_decode does.
int cpng_decode_numbers(const uint8_t *bytes, size_t count, cpng_numbers *numbers, char *message);

/// Encodes a picture as a PNG of `depth` bits (8, or 16 in the machine's byte order for grey) a
/// sample with the texts before the pixels.
///
/// Returns 0 and fills `result`, or returns -1 and writes why into `message`.
int cpng_encode(const cpng_picture *picture, int depth, cpng_encoding encoding,
                const cpng_text *texts, size_t text_count, cpng_bytes *result, char *message);

/// Reads one whole iTXt, tEXt or zTXt chunk: its length, type, data and CRC, `count` bytes in all.
///
/// Returns 0 and fills `result`, or returns -1 and writes why into `message`.
int cpng_read_text(const uint8_t *chunk, size_t count, cpng_read_text_result *result,
                   char *message);

/// Releases memory that the bridge handed out; NULL is allowed.
void cpng_release(void *memory);
