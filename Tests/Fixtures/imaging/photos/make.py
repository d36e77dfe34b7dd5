"""Makes the fixtures of this folder with Pillow, NumPy and SciPy, from pictures given by formulas.

Run it here: python3 make.py (Pillow 13.0, NumPy 2, SciPy 1.17). See ../make.py for *.samples.

The aligned faces follow the recipe of the FFHQ data set in its own arithmetic: Pillow's resize and
transform, NumPy's reflection, SciPy's blur.
"""
import struct
import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter


def save_samples(name, *arrays):
    with open(name + ".samples", "wb") as f:
        for array in arrays:
            array = np.asarray(array, dtype=np.uint8)
            if array.ndim == 2:
                array = array[:, :, None]
            f.write(struct.pack("<3I", array.shape[1], array.shape[0], array.shape[2]))
            f.write(array.tobytes())


def picture(width, height):
    """Smooth waves, so that JPEG keeps them, with a hard edge."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = [127 + 70 * np.sin(x * (0.05 + 0.01 * c) + y * 0.03) + 50 * np.cos(y * 0.04 * (c + 1))
              for c in range(3)]
    out = np.stack(planes, -1)
    out[:, width // 2:] *= 0.8
    return np.clip(out, 0, 255).astype(np.uint8)


def photographs():
    image = Image.fromarray(picture(53, 37))
    image.save("rgb420.jpg", quality=92)
    image.save("rgb444.jpg", quality=95, subsampling=0)
    image.save("progressive.jpg", quality=90, progressive=True)
    image.convert("L").save("grey.jpg", quality=90)
    image.convert("CMYK").save("cmyk.jpg", quality=95)
    for name in ["rgb420", "rgb444", "progressive", "grey"]:
        save_samples(name, np.asarray(Image.open(name + ".jpg")))
    save_samples("cmyk", np.asarray(image))
    # The same stored samples under every orientation; the first is upright.
    from PIL import ImageOps
    upright = []
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        image.save("orientation-%d.jpg" % orientation, quality=92, exif=exif)
        upright.append(np.asarray(ImageOps.exif_transpose(Image.open("orientation-%d.jpg" % orientation))))
    save_samples("orientations", *upright)


def align(image, eyes, mouth, side):
    e, m = eyes[1] - eyes[0], mouth - (eyes[0] + eyes[1]) / 2
    x = e + np.array([m[1], -m[0]])
    x *= max(2 * np.linalg.norm(e), 1.8 * np.linalg.norm(m)) / np.linalg.norm(x)
    y = np.array([-x[1], x[0]])
    c = (eyes[0] + eyes[1]) / 2 + 0.1 * m
    quad, q = np.stack([c - x - y, c - x + y, c + x + y, c + x - y]), 2 * np.linalg.norm(x)
    shrink = int(q / side / 2)
    if shrink > 1:
        size = [int(np.rint(s / shrink)) for s in image.size]
        image, quad, q = image.resize(size, Image.LANCZOS), quad / shrink, q / shrink
    border = max(int(np.rint(q * 0.1)), 3)
    low, high = np.floor(quad.min(0)).astype(int), np.ceil(quad.max(0)).astype(int)
    low, high = np.maximum(low - border, 0), np.minimum(high + border, image.size)
    image, quad = image.crop((*low, *high)), quad - low
    before = np.maximum(border - np.floor(quad.min(0)).astype(int), 0)
    after = np.maximum(np.ceil(quad.max(0)).astype(int) - image.size + border, 0)
    if max(*before, *after) > border - 4:
        before = np.maximum(before, int(np.rint(q * 0.3)))
        after = np.maximum(after, int(np.rint(q * 0.3)))
        pixels = np.pad(np.float32(image), ((before[1], after[1]), (before[0], after[0]), (0, 0)),
                        mode="reflect")
        h, w = pixels.shape[:2]
        dx = np.minimum(np.arange(w) / before[0], np.arange(w)[::-1] / after[0])
        dy = np.minimum(np.arange(h) / before[1], np.arange(h)[::-1] / after[1])
        mask = np.float32(1 - np.minimum(dx[None, :], dy[:, None]))[:, :, None]
        blurred = gaussian_filter(pixels, [q * 0.02, q * 0.02, 0])
        pixels += (blurred - pixels) * np.clip(3 * mask + 1, 0, 1)
        pixels += (np.median(pixels, axis=(0, 1)) - pixels) * np.clip(mask, 0, 1)
        image = Image.fromarray(np.uint8(np.clip(np.rint(pixels), 0, 255)))
        quad = quad + before
    big = image.transform((4 * side, 4 * side), Image.QUAD, (quad + 0.5).flatten(), Image.BILINEAR)
    return np.asarray(big.resize((side, side), Image.LANCZOS))


def faces():
    source = Image.fromarray(picture(260, 220))
    source.save("face.png", optimize=True)
    # Inside; turned and over two edges; far over the top left corner; shrunk first.
    cases = [((100, 90), (150, 92), (126, 140), 48), ((60, 150), (130, 120), (120, 190), 32),
             ((12, 20), (50, 18), (30, 52), 40), ((40, 60), (210, 70), (120, 205), 24)]
    save_samples("faces", *[align(source, (np.array(a, float), np.array(b, float)),
                                  np.array(m, float), side) for a, b, m, side in cases])


photographs()
faces()
