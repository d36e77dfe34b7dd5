"""Makes the maps of this folder and what Pillow, NumPy and torch make of them.

Run it here: python3 make_maps.py (Pillow 13.0, NumPy 2, torch 2.13). *.numbers files hold width and
height and then the numbers, all as 32-bit little-endian integers; one such record after the other
where there are several.
"""
import struct
import numpy as np
import torch
from PIL import Image


def save_numbers(name, *arrays):
    with open(name + ".numbers", "wb") as f:
        for array in arrays:
            array = np.asarray(array).astype("<i4")
            f.write(struct.pack("<2I", array.shape[1], array.shape[0]) + array.tobytes())


def instances(width, height):
    """Overlapping blocks with ids as in Cityscapes: classes below 1000 and objects above."""
    ids = np.full((height, width), 7, dtype=np.int64)
    state = 12345
    for k in range(60):
        state = (state * 1103515245 + 12345) % 2**31
        x, y = state % width, (state >> 8) % height
        w, h = 1 + (state >> 16) % 9, 1 + (state >> 20) % 7
        ids[y:y + h, x:x + w] = [11, 23, 26000 + k, 24000 + k, 33999, 0][k % 6]
    return ids


ids = instances(37, 29)
labels = np.where(ids < 1000, ids, ids // 1000)
Image.fromarray(ids.astype(np.uint16)).save("map-16.png")
Image.fromarray(labels.astype(np.uint8)).save("map-8.png")
palette = Image.fromarray(labels.astype(np.uint8), mode="P")
palette.putpalette([(i * 37) % 256 for i in range(768)])
palette.save("map-palette.png")
grey_alpha = np.stack([labels, np.full_like(labels, 255)], -1).astype(np.uint8)
Image.fromarray(grey_alpha, mode="LA").save("map-grey-alpha.png")
save_numbers("map-16", ids)
save_numbers("map-8", labels)

# pix2pixHD's rule: both sides of every border between neighbours.
edge = np.zeros(ids.shape, dtype=bool)
across, down = ids[:, 1:] != ids[:, :-1], ids[1:] != ids[:-1]
edge[:, 1:] |= across
edge[:, :-1] |= across
edge[1:] |= down
edge[:-1] |= down
save_numbers("map-edges", edge)

sizes = [(1, 1), (74, 58), (18, 14), (64, 64), (100, 3), (36, 30), (2, 200), (37, 58)]
source = Image.fromarray(ids.astype(np.int32), mode="I")
save_numbers("map-pillow", *[np.asarray(source.resize(size, Image.NEAREST)) for size in sizes])
tensor = torch.from_numpy(ids.astype(np.float32))[None, None]
save_numbers("map-torch", *[
    torch.nn.functional.interpolate(tensor, size=size[::-1], mode="nearest")[0, 0].numpy()
    for size in sizes])

# Sizes at which rounding decides: one row each, numbered.
rows_pillow, rows_torch = [], []
for source, target in [(1000, 999), (999, 1000), (2048, 1333), (641, 3), (3, 641), (1023, 341),
                       (49, 480), (480, 49)]:
    row = np.arange(source)
    picture = Image.fromarray(row[None].astype(np.int32), mode="I")
    rows_pillow.append(np.asarray(picture.resize((target, 1), Image.NEAREST)))
    tensor = torch.from_numpy(row.astype(np.float32))[None, None]
    rows_torch.append(torch.nn.functional.interpolate(tensor, size=target, mode="nearest")[0].numpy())
save_numbers("map-rows-pillow", *rows_pillow)
save_numbers("map-rows-torch", *rows_torch)
