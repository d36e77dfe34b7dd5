#!/bin/sh
# The tour of `make demo`: cars, a street and portraits from the box, and real faces where they can be
# fetched.
#
# Everything goes to out/demo/ and Projects/demo.atelier. Run it from the package's root; ATELIER
# names the binary (default: the release build).
set -eu

atelier=${ATELIER:-.build/release/atelier}
out=out/demo
project=Projects/demo.atelier

say() { printf '\n== %s\n' "$1"; }

mkdir -p "$out" Projects
if [ -e "$project" ]; then
  # An earlier demo may have been edited by hand: it is kept under another name.
  kept=Projects/demo-$(date +%Y%m%d-%H%M%S).atelier
  mv "$project" "$kept"
  for companion in "$project-wal" "$project-shm"; do
    if [ -e "$companion" ]; then mv "$companion" "$kept-${companion##*-}"; fi
  done
  echo "The project of an earlier demo is now $kept"
fi

say "Cars, from a network in the box: view and body from the columns, paint from the rows"
"$atelier" style-mixing --network cars-64 --rows 26,40,23,30 --cols 11-15,20 --styles coarse \
  --trunc 0.8 --sheet "$out/cars-mixing.png" --sheet-only --project "$project"
"$atelier" sweep --network cars-64 --seed 26,40,23,30 --trunc 1:0:-0.25 \
  --sheet "$out/cars-truncation.png" --project "$project"

say "A street, from another: one car of a scene is given the paint of another, by name"
"$atelier" dataset render --kind street --count 21 --size 256x128 --seed 2 --outdir "$out/world"
sample=00000020.png
"$atelier" instances new "$project" --network street --name street --palette street --width 256 \
  --label-map "$out/world/labels/$sample" --inst-map "$out/world/instances/$sample"
"$atelier" instances encode "$project" street --photo "$out/world/images/$sample" --name noon
"$atelier" instances hold "$project" street
"$atelier" render "$project" street --output "$out/street-before.png"
"$atelier" instances name "$project" street 6001 "sea blue" --tag car
"$atelier" instances set "$project" street 6000 --style "sea blue"
"$atelier" render "$project" street --output "$out/street-repainted.png"

say "Portraits, from a third: faces to mix, and from a fourth one that a label map describes"
"$atelier" style-mixing --network portraits-64 --rows 2,33,40 --cols 3,6,13,17,23,26 --styles coarse \
  --trunc 0.8 --sheet "$out/portraits-mixing.png" --sheet-only --project "$project"
"$atelier" dataset render --kind portrait --count 5 --size 128 --seed 2 --outdir "$out/people"
"$atelier" instances new "$project" --network portrait-spade --name painted --palette portrait \
  --label-map "$out/people/labels/00000000.png" --inst-map "$out/people/instances/00000000.png"
"$atelier" instances encode "$project" painted --photo "$out/people/images/00000000.png" --name anna
"$atelier" instances hold "$project" painted
"$atelier" render "$project" painted --output "$out/painted.png"
"$atelier" paint "$project" painted relabel --object 12 --label skin
"$atelier" render "$project" painted --output "$out/painted-without-glasses.png"
"$atelier" instances encode "$project" painted --photo "$out/people/images/00000004.png" --name zoe
"$atelier" render "$project" painted --output "$out/painted-in-another-style.png"

faces=yes
say "Weights: a trained generator of faces, 1024 pixels"
"$atelier" weights fetch faces-1024 || faces=

if [ -n "$faces" ]; then
  say "Style mixing: pose and shape from the columns, colours from the rows"
  "$atelier" style-mixing --network faces-1024 --rows 85,100,75 --cols 55,821,1789,293 \
    --styles coarse --trunc 0.7 --sheet "$out/style-mixing.png" --sheet-only --project "$project"

  say "Truncation: from the anti-face over the mean face to the face of seed 85"
  "$atelier" sweep --network faces-1024 --seed 85 --trunc -1:1:0.25 \
    --sheet "$out/truncation.png" --project "$project"

  say "An edit: turn the head along a direction that SeFa finds in layers 0-3"
  "$atelier" new "$project" --network faces-1024 --seed 85 --trunc 0.8 --name portrait
  "$atelier" directions discover "$project" --network faces-1024 --method sefa --layers 0-3 -K 3
  "$atelier" directions rename "$project" sefa-0-3-1 turn
  "$atelier" edit "$project" portrait move --direction turn --by -2.5 --layers 0-3
  "$atelier" render "$project" portrait --before-after --output "$out/edit.png"
  "$atelier" history "$project" portrait
fi

say "Replay: every picture again, byte for byte"
"$atelier" replay --verify "$project"

echo
echo "Look at $out/cars-mixing.png, $out/cars-truncation.png, $out/street-before.png,"
echo "$out/street-repainted.png, $out/portraits-mixing.png and $out/painted*.png."
if [ -n "$faces" ]; then
  cat <<END
Then at $out/style-mixing.png, $out/truncation.png and $out/edit.png.

Three commands to try next:
  $atelier edit $project portrait mix --with 821 --layers fine
  $atelier render $project portrait --output out/portrait.png
  $atelier open $out/edit.png --project Projects/reopened.atelier --output out/reopened.png
END
else
  cat <<END
The faces could not be fetched from here; with a network, 'make demo' shows them, too.

Two commands to try next:
  $atelier instances list $project street
  $atelier open $out/street-repainted.png --project Projects/reopened.atelier --output out/reopened.png
END
fi
