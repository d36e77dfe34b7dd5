#!/usr/bin/env python3
"""Times the training step of StyleGAN2 in PyTorch and in Atelier, in turn, on the same network.

A step is the generator's loss, the discriminator's on drawn and real pictures, and Adam of both; every
fourth adds path lengths on half the batch, every sixteenth R1. Each kind of step is timed, and the
mean over sixteen is compared. PyTorch's side is written in the form that is fastest there on a CPU: convolutions with
weights shared by the batch, no autograd of what is not asked for, and torch's fused optimiser.

  training_step.py [--resolution 64] [--batch 8] [--channels-base 16384] [--channels-max 512]
                   [--threads 2] [--rounds 3] [--repeats 3] [--atelier .build/release/atelier]
"""
import argparse
import json
import math
import statistics
import subprocess
import time

import torch
import torch.nn.functional as F

ROOT2 = math.sqrt(2)


def fir(channels):
    row = torch.tensor([1.0, 3.0, 3.0, 1.0])
    return (row[:, None] * row[None] / 64)[None, None].expand(channels, 1, 4, 4).contiguous()


class Network:
    """Parameters by name, as the official code draws them."""

    def __init__(self):
        self.parameters = {}

    def new(self, name, *shape, value=None, scale=1.0):
        tensor = torch.randn(*shape) * scale if value is None else torch.full(shape, value)
        self.parameters[name] = tensor.requires_grad_(True)

    def require(self, flag):
        for tensor in self.parameters.values():
            tensor.requires_grad_(flag)

    def dense(self, x, name, multiplier=1.0):
        weight = self.parameters[name + ".weight"]
        return F.linear(x, weight * (multiplier / math.sqrt(weight.shape[1])),
                        self.parameters[name + ".bias"] * multiplier)


def activated(x, gain=1.0):
    return F.leaky_relu(x, 0.2) * (ROOT2 * gain)


class Generator(Network):
    def __init__(self, resolution, channels, latent, mapping=2):
        super().__init__()
        self.sides = [4 << i for i in range(len(channels))]
        self.channels = dict(zip(self.sides, channels))
        self.latent, self.mapping_layers = latent, mapping
        self.filters = {s: fir(c) * 4 for s, c in self.channels.items()}
        self.colours = fir(3) * 4
        for i in range(mapping):
            self.new(f"fc{i}.weight", latent, latent, scale=100)
            self.new(f"fc{i}.bias", latent, value=0.0)
        self.new("const", self.channels[4], 4, 4)
        for side in self.sides:
            o, i = self.channels[side], self.channels[max(side // 2, 4)]
            layers = [("conv1", o, o, 3), ("torgb", o, 3, 1)]
            if side > 4:
                layers.insert(0, ("conv0", i, o, 3))
            for layer, a, b, k in layers:
                name = f"{side}.{layer}"
                self.new(name + ".weight", b, a, k, k)
                self.new(name + ".bias", b, value=0.0)
                self.new(name + ".affine.weight", a, latent)
                self.new(name + ".affine.bias", a, value=1.0)
                if k == 3:
                    self.new(name + ".strength", 1, value=0.0)

    @property
    def rows(self):
        return 2 * len(self.sides)

    def mapping(self, z):
        x = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        for i in range(self.mapping_layers):
            x = activated(self.dense(x, f"fc{i}", 0.01))
        return x

    def layer(self, x, w, side, name, up):
        name = f"{side}.{name}"
        weight = self.parameters[name + ".weight"]
        s = self.dense(w, name + ".affine")
        d = (s.square() @ weight.square().sum((2, 3)).t() + 1e-8).rsqrt()
        x = x * s[:, :, None, None]
        if up:
            x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
            x = F.conv2d(x, self.filters[side], padding=1, groups=x.shape[1])
        else:
            x = F.conv2d(x, weight, padding=1)
        noise = torch.randn(x.shape[0], 1, side, side) * self.parameters[name + ".strength"]
        x = x * d[:, :, None, None] + noise + self.parameters[name + ".bias"][None, :, None, None]
        return activated(x)

    def synthesis(self, ws):
        x, image, row = self.parameters["const"][None].expand(ws.shape[0], -1, -1, -1), None, 0
        for side in self.sides:
            if side > 4:
                x = self.layer(x, ws[:, row], side, "conv0", True)
                row += 1
            x = self.layer(x, ws[:, row], side, "conv1", False)
            row += 1
            name = f"{side}.torgb"
            s = self.dense(ws[:, row], name + ".affine") / math.sqrt(x.shape[1])
            y = F.conv2d(x * s[:, :, None, None], self.parameters[name + ".weight"])
            y = y + self.parameters[name + ".bias"][None, :, None, None]
            if image is not None:
                y = y + F.conv_transpose2d(image, self.colours, stride=2, padding=1, groups=3)
            image = y
        return image

    def latents(self, count):
        ws = self.mapping(torch.randn(count, self.latent))[:, None].repeat(1, self.rows, 1)
        cutoff = int(torch.randint(1, self.rows, ()))
        if torch.rand(()) < 0.9:
            other = self.mapping(torch.randn(count, self.latent))[:, None].repeat(1, self.rows, 1)
            ws = torch.cat([ws[:, :cutoff], other[:, cutoff:]], 1)
        return ws


class Discriminator(Network):
    def __init__(self, channels):
        super().__init__()
        self.sides = [4 << i for i in range(len(channels))]
        self.channels = dict(zip(self.sides, channels))
        self.filters = {s: fir(c) for s, c in self.channels.items()}
        top = self.sides[-1]
        self.new("rgb.weight", self.channels[top], 3, 1, 1)
        self.new("rgb.bias", self.channels[top], value=0.0)
        for side in self.sides[:0:-1]:
            i, o = self.channels[side], self.channels[side // 2]
            self.new(f"{side}.conv0.weight", i, i, 3, 3)
            self.new(f"{side}.conv0.bias", i, value=0.0)
            self.new(f"{side}.conv1.weight", o, i, 3, 3)
            self.new(f"{side}.conv1.bias", o, value=0.0)
            self.new(f"{side}.skip.weight", o, i, 1, 1)
        c = self.channels[4]
        self.new("conv.weight", c, c + 1, 3, 3)
        self.new("conv.bias", c, value=0.0)
        self.new("fc.weight", c, c * 16)
        self.new("fc.bias", c, value=0.0)
        self.new("out.weight", 1, c)
        self.new("out.bias", 1, value=0.0)

    def convolution(self, x, name, **options):
        weight = self.parameters[name + ".weight"]
        gain = 1 / math.sqrt(weight[0].numel())
        return F.conv2d(x, weight * gain, self.parameters.get(name + ".bias"), **options)

    def __call__(self, x):
        x = activated(self.convolution(x, "rgb"))
        for side in self.sides[:0:-1]:
            kernel, groups = self.filters[side], x.shape[1]
            y = F.conv2d(x, kernel, padding=1, stride=2, groups=groups)
            y = self.convolution(y, f"{side}.skip") * math.sqrt(0.5)
            x = activated(self.convolution(x, f"{side}.conv0", padding=1))
            x = F.conv2d(x, kernel, padding=2, groups=groups)
            x = activated(self.convolution(x, f"{side}.conv1", stride=2), math.sqrt(0.5)) + y
        groups = x.reshape(min(4, x.shape[0]), -1, *x.shape[1:])
        deviation = (groups.var(0, unbiased=False) + 1e-8).sqrt().mean((1, 2, 3))
        deviation = deviation[:, None, None, None].repeat(groups.shape[0], 1, *x.shape[2:])
        x = activated(self.convolution(torch.cat([x, deviation], 1), "conv", padding=1))
        x = activated(self.dense(x.flatten(1), "fc"))
        return self.dense(x, "out")


class Training:
    def __init__(self, a):
        channels = [min(a.channels_base >> i, a.channels_max)
                    for i in range(2, int(math.log2(a.resolution)) + 1)]
        self.batch = a.batch
        self.generator = Generator(a.resolution, channels, a.latent)
        self.discriminator = Discriminator(channels)
        self.average = [p.detach().clone() for p in self.generator.parameters.values()]
        self.path_mean = torch.zeros(())
        self.real = torch.randn(a.batch, 3, a.resolution, a.resolution) * 0.3
        self.gamma = 0.0002 * a.resolution**2 / a.batch

        def adam(network, interval):
            share = interval / (interval + 1)
            return torch.optim.Adam(list(network.parameters.values()), lr=0.0025 * share,
                                    betas=(0.0, 0.99**share), eps=1e-8, fused=True)

        self.of_generator, self.of_discriminator = adam(self.generator, 4), adam(
            self.discriminator, 16)

    def update(self, optimizer, loss):
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    def step(self, number):
        g, d = self.generator, self.discriminator
        g.require(True), d.require(False)
        self.update(self.of_generator, F.softplus(-d(g.synthesis(g.latents(self.batch)))).mean())
        if number % 4 == 0:
            ws = g.latents(self.batch // 2)
            images = g.synthesis(ws)
            y = torch.randn_like(images) / math.sqrt(images.shape[2] * images.shape[3])
            slope, = torch.autograd.grad((images * y).sum(), ws, create_graph=True)
            lengths = slope.square().sum(2).mean(1).sqrt()
            mean = self.path_mean.lerp(lengths.mean(), 0.01)
            self.path_mean = mean.detach()
            self.update(self.of_generator, (lengths - mean).square().mean() * 8)
        g.require(False), d.require(True)
        with torch.no_grad():
            images = g.synthesis(g.latents(self.batch))
        loss = F.softplus(d(images)).mean() + F.softplus(-d(self.real)).mean()
        self.update(self.of_discriminator, loss)
        if number % 16 == 0:
            real = self.real.clone().requires_grad_(True)
            slope, = torch.autograd.grad(d(real).sum(), real, create_graph=True)
            self.update(self.of_discriminator,
                        slope.square().sum((1, 2, 3)).mean() * (self.gamma / 2 * 16))
        with torch.no_grad():
            for a, p in zip(self.average, g.parameters.values()):
                a.copy_(p.lerp(a, 0.999))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--resolution", type=int, default=64)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--channels-base", type=int, default=16384)
    parser.add_argument("--channels-max", type=int, default=512)
    parser.add_argument("--latent", type=int, default=512)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--atelier", default=".build/release/atelier")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    training = Training(a)
    training.step(1)

    def timed(number):
        start = time.perf_counter()
        training.step(number)
        return (time.perf_counter() - start) * 1e3

    times = {"pytorch": [], "atelier": []}
    command = [a.atelier, "bench", "training", "--threads", str(a.threads),
               "--rounds", str(a.repeats)]
    for name in ("resolution", "batch", "channels-base", "channels-max", "latent"):
        command += ["--" + name, str(getattr(a, name.replace("-", "_")))]
    for _ in range(a.rounds):
        plain, path, penalty = (
            statistics.median(timed(n) for _ in range(a.repeats)) for n in (1, 4, 0))
        times["pytorch"].append((12 * plain + 3 * path + penalty) / 16)
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        times["atelier"].append(json.loads(result.stdout.splitlines()[-1])["milliseconds"])
    median = {k: statistics.median(v) for k, v in times.items()}
    print(json.dumps({
        "resolution": a.resolution, "batch": a.batch, "channels": [a.channels_base, a.channels_max],
        "threads": a.threads, "ms_per_step": median, "all": times,
        "atelier_over_pytorch": median["atelier"] / median["pytorch"]}))


if __name__ == "__main__":
    main()
