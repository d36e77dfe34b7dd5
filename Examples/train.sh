#!/bin/sh
# Trains a StyleGAN2 on your own pictures, then goes on from it with others and fewer layers that learn.
#
#   sh Examples/train.sh PICTURES [OTHER-PICTURES]
#
# PICTURES is a folder or a zip of PNGs and JPEGs; their middle squares are taken. Without any, cars are
# drawn. Stop it with Ctrl-C and run it again: it goes on where it was.
set -eu
cd "$(dirname "$0")/.."
atelier=.build/release/atelier
pictures=${1:-cars}
others=${2:-}

# Small networks learn fast on a CPU. --mirror doubles the pictures (leave it out where left and right
# matter, as in writing); --augment ada keeps the discriminator from learning few pictures by heart.
"$atelier" train stylegan2 --data "$pictures" --mirror --augment ada --resolution 64 \
  --channels-base 2048 --channels-max 64 --latent 128 --batch 8 --images 200k \
  --out Runs/first --resume

# Losses, speed and samples: Runs/first/index.html. How near the pictures are to the data, and whether
# any was learnt by heart:
"$atelier" weights fetch lpips-alex
"$atelier" metrics --network Runs/first/network.safetensors --data "$pictures" \
  --neighbours Runs/first/neighbours.png

# Half the size, without the discriminator: for drawing, mixing and editing.
"$atelier" convert Runs/first/network.safetensors --half --without-discriminator --force \
  --output Runs/first/small.safetensors
"$atelier" style-mixing --network Runs/first/small.safetensors --rows 1-4 --cols 5-9 \
  --styles coarse --sheet Runs/first/mixing.png

# Other pictures of the same kind: go on from the network, and let neither the mapping network nor
# the discriminator's first layers change (--freeze names parameters, --freeze-d counts layers). A
# snapshot of stylegan2-ada-pytorch does in place of the network, at its own size.
if [ -n "$others" ]; then
  "$atelier" train stylegan2 --data "$others" --mirror --augment ada \
    --from Runs/first/network.safetensors --freeze mapping --freeze-d 4 --images 50k \
    --out Runs/second --resume
fi
