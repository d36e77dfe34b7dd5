#!/usr/bin/env python3
"""Times one step of optimisation of a StyleGAN2 latent, in PyTorch and in Atelier, in turn.

A step draws the picture of a row of w, takes the mean square of its pixels, and goes back to the
gradient of w; the weights are constant. Both engines work on the same random network, in float32,
with as many threads.

  python3 -m venv venv && venv/bin/pip install torch safetensors numpy
  swift build -c release --product atelier
  venv/bin/python Benchmarks/optimization_step.py --resolution 256 --threads 2 --runs 7
"""
import argparse
import json
import math
import os
import subprocess
import tempfile
import time

import torch
import torch.nn.functional as F
from safetensors.torch import save_file


def random_network(resolution, base, width=512):
    """The tensors of a synthesis network under the names of stylegan2-ada-pytorch."""
    row = torch.tensor([1.0, 3.0, 3.0, 1.0])
    fir = row[:, None] * row[None] / 64
    tensors, side = {}, 4
    while side <= resolution:
        outputs, inputs = min(base // side, width), min(base // max(side // 2, 4), width)
        layers = [("conv1", outputs, outputs, 3), ("torgb", outputs, 3, 1)]
        if side > 4:
            layers.insert(0, ("conv0", inputs, outputs, 3))
        else:
            tensors["synthesis.b4.const"] = torch.randn(outputs, 4, 4)
        tensors[f"synthesis.b{side}.resample_filter"] = fir.clone()
        for name, i, o, k in layers:
            prefix = f"synthesis.b{side}.{name}."
            tensors[prefix + "weight"] = torch.randn(o, i, k, k)
            tensors[prefix + "bias"] = torch.randn(o) * 0.1
            tensors[prefix + "affine.weight"] = torch.randn(i, width)
            tensors[prefix + "affine.bias"] = torch.ones(i)
            if k == 3:
                tensors[prefix + "noise_const"] = torch.randn(side, side)
                tensors[prefix + "noise_strength"] = torch.tensor(0.1)
                tensors[prefix + "resample_filter"] = fir.clone()
        side *= 2
    for layer in range(8):
        tensors[f"mapping.fc{layer}.weight"] = torch.randn(width, width) * 100
        tensors[f"mapping.fc{layer}.bias"] = torch.zeros(width)
    tensors["mapping.w_avg"] = torch.randn(width)
    return tensors


class Synthesis:
    """The network in the form that PyTorch runs fastest: weights shared by the batch."""

    def __init__(self, tensors, resolution):
        self.sides = [2**i for i in range(2, int(math.log2(resolution)) + 1)]
        self.tensors = tensors
        self.energy = {
            k[: -len("weight")]: v.square().sum((2, 3)).t().contiguous()
            for k, v in tensors.items()
            if ".conv" in k and k.endswith(".weight") and v.ndim == 4
        }
        self.transposed = {
            k: v.transpose(0, 1).contiguous() for k, v in tensors.items() if k.endswith("conv0.weight")
        }

    def layer(self, x, w, prefix, up):
        t = self.tensors
        s = w @ t[prefix + "affine.weight"].t() / math.sqrt(w.shape[1]) + t[prefix + "affine.bias"]
        x = x * s[:, :, None, None]
        if up:
            x = F.conv_transpose2d(x, self.transposed[prefix + "weight"], stride=2)
            kernel = (t[prefix + "resample_filter"] * 4)[None, None].expand(x.shape[1], 1, 4, 4)
            x = F.conv2d(x, kernel, padding=1, groups=x.shape[1])
        else:
            x = F.conv2d(x, t[prefix + "weight"], padding=1)
        x = x * torch.rsqrt(s.square() @ self.energy[prefix] + 1e-8)[:, :, None, None]
        x = x + t[prefix + "noise_const"] * t[prefix + "noise_strength"]
        x = x + t[prefix + "bias"][None, :, None, None]
        return F.leaky_relu(x, 0.2) * math.sqrt(2)

    def colours(self, x, w, prefix):
        t = self.tensors
        s = w @ t[prefix + "affine.weight"].t() / math.sqrt(w.shape[1]) + t[prefix + "affine.bias"]
        x = x * (s / math.sqrt(x.shape[1]))[:, :, None, None]
        return F.conv2d(x, t[prefix + "weight"]) + t[prefix + "bias"][None, :, None, None]

    def __call__(self, w):
        x, image = self.tensors["synthesis.b4.const"][None], None
        for side in self.sides:
            prefix = f"synthesis.b{side}."
            if side > 4:
                x = self.layer(x, w, prefix + "conv0.", True)
            x = self.layer(x, w, prefix + "conv1.", False)
            new = self.colours(x, w, prefix + "torgb.")
            if image is not None:
                kernel = (self.tensors[prefix + "resample_filter"] * 4)[None, None]
                image = F.conv_transpose2d(
                    image, kernel.expand(3, 1, 4, 4), stride=2, padding=1, groups=3)
                new = image + new
            image = new
        return image


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--channel-base", type=int, default=0, help="32768 at 1024, else 16384")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--atelier", default=".build/release/atelier")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    base = a.channel_base or (32768 if a.resolution >= 1024 else 16384)
    tensors = random_network(a.resolution, base)
    network = Synthesis(tensors, a.resolution)

    def step():
        w = tensors["mapping.w_avg"][None].clone().requires_grad_(True)
        network(w).square().mean().backward()
        return w.grad

    step()
    times = {"pytorch": [], "atelier": []}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "network.safetensors")
        save_file({k: v.contiguous() for k, v in tensors.items()}, path)
        command = [
            a.atelier, "bench", "synthesis", "--network", path, "--gradient", "--runs", "3",
            "--threads", str(a.threads)]
        for _ in range(a.runs):
            start = time.perf_counter()
            step()
            times["pytorch"].append((time.perf_counter() - start) * 1e3)
            result = subprocess.run(command, capture_output=True, text=True, check=True)
            times["atelier"].append(json.loads(result.stdout.splitlines()[-1])["milliseconds"])
    median = {k: sorted(v)[len(v) // 2] for k, v in times.items()}
    print(json.dumps({
        "resolution": a.resolution, "threads": a.threads, "median_ms": median,
        "atelier_over_pytorch": median["atelier"] / median["pytorch"]}))


if __name__ == "__main__":
    main()
