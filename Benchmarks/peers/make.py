"""Writes one peer network: weights under official names, an input, PyTorch's picture, ONNX."""
import os

import numpy as np
import torch
from safetensors.torch import save_file

import networks

NAMES = {
    "stylegan2-1024": lambda: networks.StyleGAN2(1024),
    "stylegan2-256": lambda: networks.StyleGAN2(256),
    "pix2pixhd": networks.Pix2PixHD,
    "spade": networks.SPADE,
}


def labels(network, folder):
    """A real map where there is one, or else blocks of classes."""
    height, width = network.size
    if folder:
        from PIL import Image

        found = sorted(f for f in os.listdir(folder) if "instance" not in f and f.endswith(".png"))
        picture = Image.open(os.path.join(folder, found[0])).resize((width, height), 0)
        values = torch.from_numpy(np.array(picture)).long()
        return torch.where(values >= network.classes, 0, values)
    rows, columns = torch.arange(height) // 61, torch.arange(width) // 83
    return (7 * rows[:, None] + 5 * columns[None]) % network.classes


def make(name, folder, maps=None):
    """Makes network `name` in `folder` and returns it with its input."""
    torch.manual_seed(0)
    network = NAMES[name]().eval().requires_grad_(False)
    x = network.inputs(labels(network, maps)) if hasattr(network, "size") else network.inputs()
    path = lambda suffix: os.path.join(folder, name + suffix)
    if not os.path.exists(path("-image.npy")):
        tensors = {k: v.detach().contiguous().clone() for k, v in network.official().items()}
        family = "stylegan2" if name.startswith("stylegan2") else name
        save_file(tensors, path(".safetensors"), {"family": family})
        np.save(path("-input.npy"), x.numpy())
        torch.onnx.export(
            network, (x,), path(".onnx"), opset_version=17, input_names=["x"],
            output_names=["y"], dynamo=False)
        with torch.no_grad():
            np.save(path("-image.npy"), network(x).numpy())
    return network, x
