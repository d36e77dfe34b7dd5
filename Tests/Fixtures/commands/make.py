"""Takes what the tests of the commands compare with from a folder of reference cases.

small.pkl and conditional.pkl are the cases' own networks; expected.safetensors holds pictures as the
official scripts write them (8 bits, NHWC) and W+ of the first two seeds, 85 and 100.
"""
import json
import struct
import sys

import numpy as np


def read(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    kinds = {"F32": np.float32, "U8": np.uint8}
    return {
        name: np.frombuffer(
            data[slice(*entry["data_offsets"])], kinds[entry["dtype"]]
        ).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] in kinds
    }


def write(path, tensors):
    header, offset = {}, 0
    for name, tensor in tensors.items():
        kind = {np.dtype("f4"): "F32", np.dtype("u1"): "U8"}[tensor.dtype]
        header[name] = {
            "dtype": kind, "shape": tensor.shape,
            "data_offsets": [offset, offset + tensor.nbytes],
        }
        offset += tensor.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(np.ascontiguousarray(tensor).tobytes())


def bytes_of(picture):
    nhwc = picture.transpose(0, 2, 3, 1).astype(np.float32)
    return np.clip(nhwc * np.float32(127.5) + 128, 0, 255).astype(np.uint8)


folder = sys.argv[1]
small = read(f"{folder}/s2ada_skip/outputs.safetensors")
conditional = read(f"{folder}/s2ada_cond/outputs.safetensors")
write("expected.safetensors", {
    "seeds": small["img_psi0.7_const_uint8_nhwc"],
    "untruncated": bytes_of(small["img_psi1_const"][:2]),
    "cutoff": bytes_of(small["img_psi0.5_cutoff4_none"]),
    "mixed": bytes_of(small["mix_img"]),
    "ws": small["ws_psi0.7"][:2],
    "conditional": conditional["img_psi0.7_const_uint8_nhwc"],
})
