"""Makes the fixtures of this folder with Pillow and NumPy, from pictures given by formulas.

Run it here: python3 make.py (Pillow 13.0, NumPy 2). The *.samples files hold the expected 8-bit
samples: width, height and channels as 32-bit little-endian numbers, then the bytes; one such record
after the other where there are several.
"""
import struct
import zlib
import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, kind, raw, extra=b"", interlace=0):
    """A PNG written by hand: raw holds the filtered rows (every filter byte 0)."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
            + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


def save_samples(name, *arrays):
    with open(name + ".samples", "wb") as f:
        for array in arrays:
            array = np.asarray(array, dtype=np.uint8)
            if array.ndim == 2:
                array = array[:, :, None]
            h, w, c = array.shape
            f.write(struct.pack("<3I", w, h, c) + array.tobytes())


def picture(width, height, channels):
    """Waves, a hard edge and speckle; alpha runs from 0 to 255 and reaches both."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for c in range(channels):
        v = 127.5 + 90 * np.sin(x * (0.31 + 0.1 * c) + y * 0.17) + 60 * np.cos(y * 0.23 * (c + 1))
        v += 40 * ((x + 2 * y) % 11 < 3) - 30 * ((7 * x + 13 * y + c) % 17 == 0)
        planes.append(v)
    if channels == 4:
        planes[3] = (x / (width - 1)) * 340 - 40
    out = np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)
    return out[:, :, 0] if channels == 1 else out


FILTERS = dict(nearest=Image.NEAREST, box=Image.BOX, bilinear=Image.BILINEAR,
               bicubic=Image.BICUBIC, lanczos=Image.LANCZOS)


def resizing():
    for channels, (w, h) in {1: (37, 29), 3: (41, 31), 4: (33, 27)}.items():
        source = Image.fromarray(picture(w, h, channels))
        source.save(f"resize-{channels}.png", optimize=True)
        for name, f in FILTERS.items():
            sizes = [(13, 11), (61, 47), (w, 17), (50, h), (7, 64)]
            save_samples(f"resize-{channels}-{name}", *(source.resize(s, f) for s in sizes))


def packed(values, depth):
    """Rows of whole numbers → filtered rows of `depth` bits a sample."""
    rows = b""
    for row in values:
        bits = "".join(format(int(v), f"0{depth}b") for v in np.ravel(row))
        bits += "0" * (-len(bits) % 8)
        rows += b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    return rows


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2)]


def interlaced(values, depth):
    parts = [values[y::dy, x::dx] for x, y, dx, dy in PASSES]
    return b"".join(packed(p, depth) for p in parts if p.size)


def colour_types():
    w, h = 19, 13
    y, x = np.mgrid[0:h, 0:w]
    rgba16 = np.stack([(x * 3301 + y * 977) % 65536, (x * 211 + y * 4999) % 65536,
                       (x * y * 617) % 65536, (x * 3600 + 100) % 65536], -1)
    palette = bytes((i * 37 + c * 91) % 256 for i in range(16) for c in range(3))
    transparency = bytes([0, 64, 128, 200, 255])

    def write(name, depth, kind, values, extra=b""):
        for suffix, raw, flag in [("", packed(values, depth), 0),
                                  ("-interlaced", interlaced(values, depth), 1)]:
            with open(f"type-{name}{suffix}.png", "wb") as f:
                f.write(png(w, h, depth, kind, raw, extra, flag))

    def expect(name, array):
        save_samples("type-" + name, array)

    for depth in (1, 2, 4, 8, 16):
        values = (rgba16[..., 0] >> (16 - depth))
        write(f"grey{depth}", depth, 0, values)
        grey = values >> 8 if depth == 16 else values * (255 // (2 ** depth - 1))
        expect(f"grey{depth}", grey)
        if depth <= 8:  # Pillow agrees, where it has such a mode.
            assert (np.asarray(Image.open(f"type-grey{depth}.png").convert("L")) == grey).all()
    key = rgba16[3, 5, 0] >> 8
    write("grey8-key", 8, 0, rgba16[..., 0] >> 8, chunk(b"tRNS", struct.pack(">H", key)))
    expect("grey8-key", Image.open("type-grey8-key.png").convert("RGBA"))
    for depth in (1, 2, 4):
        values = rgba16[..., 0] >> (16 - depth)
        write(f"palette{depth}", depth, 3, values, chunk(b"PLTE", palette[:3 * 2 ** depth]))
        expect(f"palette{depth}", Image.open(f"type-palette{depth}.png").convert("RGB"))
    write("palette8-alpha", 8, 3, (rgba16[..., 0] >> 12),
          chunk(b"PLTE", palette) + chunk(b"tRNS", transparency))
    expect("palette8-alpha", Image.open("type-palette8-alpha.png").convert("RGBA"))
    for depth in (8, 16):
        shift = 16 - depth
        write(f"greyalpha{depth}", depth, 4, rgba16[..., [0, 3]] >> shift)
        write(f"rgb{depth}", depth, 2, rgba16[..., :3] >> shift)
        write(f"rgba{depth}", depth, 6, rgba16 >> shift)
        expect(f"greyalpha{depth}", rgba16[..., [0, 0, 0, 3]] >> 8)
        expect(f"rgb{depth}", rgba16[..., :3] >> 8)
        expect(f"rgba{depth}", rgba16 >> 8)
        for name, mode in [("greyalpha", "RGBA"), ("rgb", "RGB"), ("rgba", "RGBA")]:
            seen = np.asarray(Image.open(f"type-{name}{depth}.png").convert(mode))
            columns = [0, 0, 0, 3] if name == "greyalpha" else slice(0, len(mode))
            assert (seen == (rgba16[..., columns] >> 8)).all(), name


def texts():
    info = PngInfo()
    info.add_text("Title", "caf\u00e9 \u00b1 1", zip=False)
    info.add_text("Comment", "long " * 200, zip=True)
    info.add_itxt("recipe", "\u03c8 = 0.7 \u2192 smile", lang="en", tkey="Rezept", zip=False)
    info.add_itxt("plan", "\u03c8 0.7\n" * 300, zip=True)
    Image.fromarray(picture(8, 6, 3)).save("texts.png", pnginfo=info)
    with open("text-after-pixels.png", "wb") as f:
        whole = png(2, 1, 8, 0, b"\0\x10\x20")
        f.write(whole[:-12] + chunk(b"tEXt", b"Late\0after the pixels") + whole[-12:])


def luma():
    save_samples("luma", Image.open("resize-3.png").convert("L"))


resizing()
colour_types()
texts()
luma()
