#!/bin/sh
# A session on a street scene: label and instance maps, a style for every car that stays with it, a
# repainted road, undo, a branch and a verified replay.
#
#   Examples/street.sh [FOLDER]
#   Examples/street.sh LABEL.png INST.png PHOTO.png [NETWORK] [FOLDER]
#
# Without maps a scene of Atelier's own world is drawn, and painted by the network `street` (or the
# one that NETWORK names). With maps and without a network, and where `street` is not at hand, an
# official-size pix2pixHD with random weights is drawn: it shows no objects, but every step works and
# takes the time that a trained one takes.
set -eu
[ $# -le 1 ] || [ $# -ge 3 ] || {
  echo "usage: $0 [FOLDER] | LABEL.png INST.png PHOTO.png [NETWORK] [FOLDER]" >&2
  exit 64
}
atelier=${ATELIER:-.build/release/atelier}

# Says what is done and how long it took.
step() {
  begin=$(date +%s%N)
  "$@"
  end=$(date +%s%N)
  echo "      $(((end - begin) / 1000000)) ms: ${2} ${3}" >&2
}

if [ $# -ge 3 ]; then
  label=$1 inst=$2 photo=$3 network=${4:-} out=${5:-out/street}
  palette=cityscapes classes=35 car=26 width=1024 area=400,420,220,60 class=sidewalk
else
  # A scene that no network of the box was trained on, with three cars or more.
  network=${NETWORK:-street} out=${1:-out/street}
  "$atelier" inspect "$network" >/dev/null 2>&1 || network=
  palette=street classes=7 car=6 width=256 area=100,105,55,15 class=pavement
  step "$atelier" dataset render --kind street --count 8 --size 256x128 --seed 2 --outdir "$out/world"
  sample=${SAMPLE:-00000000}.png
  label=$out/world/labels/$sample inst=$out/world/instances/$sample photo=$out/world/images/$sample
fi
project=$out/street.atelier
mkdir -p "$out"
rm -f "$project" "$project-wal" "$project-shm"

if [ -z "$network" ]; then
  network=$out/random-$classes.safetensors
  [ -f "$network" ] || step "$atelier" weights random --family Pix2PixHD \
    --option label_nc=$classes --output "$network"
fi

step "$atelier" instances new "$project" --network "$network" --name street \
  --label-map "$label" --inst-map "$inst" --palette "$palette" --width "$width"
step "$atelier" instances encode "$project" street --photo "$photo" --name noon
step "$atelier" instances hold "$project" street
step "$atelier" render "$project" street --output "$out/1-encoded.png"

# The three largest cars, and three styles to give them: two of others, and one between.
cars=$("$atelier" instances list "$project" street --json \
  | tr -d ' ",' | awk -F: '/^area/{a=$2} /^id/{print a, $2}' | sort -rn \
  | awk -v c="$car" '$2 >= c * 1000 && $2 < (c + 1) * 1000 {print $2}' | head -3)
set -- $cars
[ $# -eq 3 ] || { echo "the scene has fewer than three cars" >&2; exit 1; }
for car in 1 2 3; do
  eval "id=\$$car"
  step "$atelier" instances name "$project" street "$id" "car $car" --tag car --photo "$photo"
done
step "$atelier" instances set "$project" street "$1" --style "car 2"
step "$atelier" instances set "$project" street "$2" --style "car 3"
step "$atelier" instances blend "$project" street "$3" --from "car 1" --with "car 2" --t 0.5
step "$atelier" render "$project" street --preview $((width / 2)) --output "$out/2-preview.png"
step "$atelier" render "$project" street --output "$out/2-styled.png"

step "$atelier" paint "$project" street rectangle --rectangle "$area" --label "$class"
step "$atelier" render "$project" street --output "$out/3-painted.png"
step "$atelier" undo "$project" street --steps 2
step "$atelier" render "$project" street --output "$out/4-undone.png"
step "$atelier" branch "$project" street other
step "$atelier" instances sample "$project" street "$3" --seed 5
step "$atelier" render "$project" street --output "$out/5-branch.png"
step "$atelier" history "$project" street
step "$atelier" replay "$project" --verify
