#!/bin/sh
# Trains a small pix2pixHD with its encoder on drawn streets, or on your own pictures and maps, and
# measures it on scenes that it has not seen.
#
#   sh Examples/train-street.sh [FOLDER CLASSES]
#
# FOLDER holds `images`, `labels` and `instances` with files of one name, CLASSES is how many classes
# the label maps have. Stop it with Ctrl-C and run it again: it goes on where it was.
set -eu
cd "$(dirname "$0")/.."
atelier=.build/release/atelier
data=${1:-Runs/streets}
classes=${2:-7}

# Drawing a scene takes as long as training on it, so the scenes are drawn once.
[ $# -ge 2 ] || "$atelier" dataset render --kind street --count 3000 --size 256x128 --seed 1 \
  --outdir "$data"

# Small widths learn fast on a CPU; official ones are ngf=64, ndf=64, nef=16, 4 downsamplings, 9 blocks.
"$atelier" train pix2pixhd --data "$data" --mirror --size 256x128 --option label_nc="$classes" \
  --option ngf=16 --option nef=8 --option ndf=16 --option n_downsample_global=3 \
  --option n_blocks_global=4 --option n_downsample_E=3 --batch 1 --images 6000 --constant 3500 \
  --tick 200 --snap 2 --lambda-l1 10 --lr 0.0004 --ema 300 --out Runs/street --resume

# Half the size, without the discriminator: for sessions (Examples/street.sh).
"$atelier" convert Runs/street/network.safetensors --half --without-discriminator --force \
  --output Runs/street/street.safetensors

# Scenes of another seed: how near they are painted, and what repainting one car changes elsewhere.
[ $# -ge 2 ] || "$atelier" instances measure --network Runs/street/street.safetensors \
  --data street --data-seed 2 --count 32 --sheet Runs/street/measured.png
