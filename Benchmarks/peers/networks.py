"""The networks that peers and Atelier draw: official structure and names, random weights.

Each is written the way that suits graph compilers best: static shapes, weights shared by the batch.
"""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


def low_pass(gain=4):
    row = torch.tensor([1.0, 3.0, 3.0, 1.0])
    taps = row[:, None] * row[None]
    return taps / taps.sum() * gain


class StyledConvolution(nn.Module):
    """StyleGAN2's modulated 3x3 convolution, or the 1x1 one of a toRGB layer."""

    def __init__(self, inputs, outputs, size, up=False, colours=False):
        super().__init__()
        self.up, self.colours = up, colours
        kernel = 1 if colours else 3
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.randn(outputs) * 0.1)
        self.affine = nn.Linear(512, inputs)
        nn.init.normal_(self.affine.weight)
        nn.init.ones_(self.affine.bias)
        if not colours:
            self.noise = nn.Parameter(torch.randn(size, size))
            self.strength = nn.Parameter(torch.tensor(0.1))
        weight = self.weight.detach()
        self.register_buffer("energy", (weight**2).sum((2, 3)).t().contiguous())
        if up:
            self.register_buffer("spread", weight.transpose(0, 1).contiguous())
            self.register_buffer("taps", low_pass()[None, None].repeat(outputs, 1, 1, 1))

    def forward(self, x, w):
        style = F.linear(w, self.affine.weight / math.sqrt(512), self.affine.bias)
        if self.colours:
            scaled = x * (style / math.sqrt(x.shape[1]))[:, :, None, None]
            return F.conv2d(scaled, self.weight, self.bias)
        x = x * style[:, :, None, None]
        if self.up:
            x = F.conv_transpose2d(x, self.spread, stride=2)
            x = F.conv2d(x, self.taps, padding=1, groups=x.shape[1])
        else:
            x = F.conv2d(x, self.weight, padding=1)
        x = x * torch.rsqrt((style * style) @ self.energy + 1e-8)[:, :, None, None]
        x = x + self.noise * self.strength + self.bias[None, :, None, None]
        return F.leaky_relu(x, 0.2) * math.sqrt(2)


class StyleGAN2(nn.Module):
    """The synthesis network of StyleGAN2 with skips, from W+."""

    def __init__(self, size):
        super().__init__()
        base = 32768 if size >= 1024 else 16384
        width = lambda r: min(base // r, 512)
        self.sizes = [2**i for i in range(2, int(math.log2(size)) + 1)]
        self.const = nn.Parameter(torch.randn(width(4), 4, 4))
        self.register_buffer("taps", low_pass()[None, None].repeat(3, 1, 1, 1))
        for r in self.sizes:
            if r > 4:
                setattr(self, f"b{r}_conv0", StyledConvolution(width(r // 2), width(r), r, up=True))
            setattr(self, f"b{r}_conv1", StyledConvolution(width(r), width(r), r))
            setattr(self, f"b{r}_torgb", StyledConvolution(width(r), 3, r, colours=True))

    def inputs(self):
        return torch.randn(1, 2 * len(self.sizes), 512)

    def forward(self, ws):
        x, image, row = self.const[None], None, 0
        for r in self.sizes:
            if r > 4:
                x, row = getattr(self, f"b{r}_conv0")(x, ws[:, row]), row + 1
            x, row = getattr(self, f"b{r}_conv1")(x, ws[:, row]), row + 1
            colours = getattr(self, f"b{r}_torgb")(x, ws[:, row])
            if image is not None:
                image = F.conv_transpose2d(image, self.taps, stride=2, padding=1, groups=3)
            image = colours if image is None else image + colours
        return image

    def official(self):
        found = {"synthesis.b4.const": self.const, "mapping.w_avg": torch.zeros(512)}
        for i in range(8):
            found[f"mapping.fc{i}.weight"] = torch.randn(512, 512) * 100
            found[f"mapping.fc{i}.bias"] = torch.zeros(512)
        for r in self.sizes:
            found[f"synthesis.b{r}.resample_filter"] = low_pass(1)
            for part in ("conv0", "conv1", "torgb"):
                layer = getattr(self, f"b{r}_{part}", None)
                if layer is None:
                    continue
                name = f"synthesis.b{r}.{part}."
                found[name + "weight"], found[name + "bias"] = layer.weight, layer.bias
                found[name + "affine.weight"] = layer.affine.weight
                found[name + "affine.bias"] = layer.affine.bias
                if part != "torgb":
                    found[name + "noise_const"] = layer.noise
                    found[name + "noise_strength"] = layer.strength
                    found[name + "resample_filter"] = low_pass(1)
        return found


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        layers = []
        for _ in range(2):
            layers += [nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width)]
            layers += [nn.ReLU()]
        self.conv_block = nn.Sequential(*layers[:-1])

    def forward(self, x):
        return x + self.conv_block(x)


def one_hot_scene(labels, classes):
    """A map of classes [H, W] as one-hot channels, and one channel for the borders between them."""
    hot = F.one_hot(labels.long(), classes).permute(2, 0, 1)[None].float()
    edge = torch.zeros(1, 1, *labels.shape)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    edge[0, 0, :, 1:] += across
    edge[0, 0, :, :-1] += across
    edge[0, 0, 1:] += down
    edge[0, 0, :-1] += down
    return torch.cat([hot, edge.clamp(max=1)], 1)


class Pix2PixHD(nn.Module):
    """The global generator of pix2pixHD: 4 down-samplings, 9 blocks, 1024x512."""

    size, classes = (512, 1024), 35

    def __init__(self):
        super().__init__()
        width = 64
        norm = lambda c: [nn.InstanceNorm2d(c), nn.ReLU()]
        layers = [nn.ReflectionPad2d(3), nn.Conv2d(self.classes + 1, width, 7)] + norm(width)
        for _ in range(4):
            layers += [nn.Conv2d(width, 2 * width, 3, stride=2, padding=1)] + norm(2 * width)
            width *= 2
        layers += [Block(width) for _ in range(9)]
        for _ in range(4):
            layers += [nn.ConvTranspose2d(width, width // 2, 3, 2, 1, output_padding=1)]
            layers += norm(width // 2)
            width //= 2
        layers += [nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh()]
        self.model = nn.Sequential(*layers)

    def inputs(self, labels):
        return one_hot_scene(labels, self.classes)

    def forward(self, x):
        return self.model(x)

    def official(self):
        return self.state_dict()


class SpatialNorm(nn.Module):
    def __init__(self, width, labels):
        super().__init__()
        self.param_free_norm = nn.BatchNorm2d(width, affine=False)
        self.param_free_norm.running_mean.normal_(0, 0.1)
        self.param_free_norm.running_var.uniform_(0.5, 2)
        self.mlp_shared = nn.Sequential(nn.Conv2d(labels, 128, 3, padding=1), nn.ReLU())
        self.mlp_gamma = nn.Conv2d(128, width, 3, padding=1)
        self.mlp_beta = nn.Conv2d(128, width, 3, padding=1)

    def forward(self, x, labels):
        small = F.interpolate(labels, size=x.shape[2:], mode="nearest")
        hidden = self.mlp_shared(small)
        return self.param_free_norm(x) * (1 + self.mlp_gamma(hidden)) + self.mlp_beta(hidden)


class SpatialBlock(nn.Module):
    def __init__(self, inputs, outputs, labels):
        super().__init__()
        middle = min(inputs, outputs)
        self.conv_0 = nn.Conv2d(inputs, middle, 3, padding=1)
        self.conv_1 = nn.Conv2d(middle, outputs, 3, padding=1)
        self.norm_0 = SpatialNorm(inputs, labels)
        self.norm_1 = SpatialNorm(middle, labels)
        self.turns = inputs != outputs
        if self.turns:
            self.conv_s = nn.Conv2d(inputs, outputs, 1, bias=False)
            self.norm_s = SpatialNorm(inputs, labels)

    def forward(self, x, labels):
        shortcut = self.conv_s(self.norm_s(x, labels)) if self.turns else x
        y = self.conv_0(F.leaky_relu(self.norm_0(x, labels), 0.2))
        return shortcut + self.conv_1(F.leaky_relu(self.norm_1(y, labels), 0.2))


class SPADE(nn.Module):
    """The generator of SPADE at 256x256 for COCO-Stuff: 182 classes, unknown, instance edges."""

    size, classes = (256, 256), 183

    def __init__(self):
        super().__init__()
        labels, f = self.classes + 1, 64
        self.fc = nn.Conv2d(labels, 16 * f, 3, padding=1)
        self.head_0 = SpatialBlock(16 * f, 16 * f, labels)
        self.G_middle_0 = SpatialBlock(16 * f, 16 * f, labels)
        self.G_middle_1 = SpatialBlock(16 * f, 16 * f, labels)
        self.up_0 = SpatialBlock(16 * f, 8 * f, labels)
        self.up_1 = SpatialBlock(8 * f, 4 * f, labels)
        self.up_2 = SpatialBlock(4 * f, 2 * f, labels)
        self.up_3 = SpatialBlock(2 * f, f, labels)
        self.conv_img = nn.Conv2d(f, 3, 3, padding=1)

    def inputs(self, labels):
        return one_hot_scene(labels, self.classes)

    def forward(self, labels):
        up = lambda x: F.interpolate(x, scale_factor=2.0, mode="nearest")
        x = self.fc(F.interpolate(labels, size=(8, 8), mode="nearest"))
        x = self.G_middle_0(up(self.head_0(x, labels)), labels)
        x = up(self.G_middle_1(x, labels))
        x = up(self.up_0(x, labels))
        x = up(self.up_1(x, labels))
        x = up(self.up_2(x, labels))
        return torch.tanh(self.conv_img(F.leaky_relu(self.up_3(x, labels), 0.2)))

    def official(self):
        found = self.state_dict()
        return {k: v for k, v in found.items() if not k.endswith("num_batches_tracked")}
