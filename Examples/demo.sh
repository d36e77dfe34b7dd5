#!/bin/sh
# The tour of `make demo`: real faces, a style-mixing table, a truncation sweep, an edit, a replay.
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

say "Weights: a trained generator of faces, 1024 pixels"
"$atelier" weights fetch faces-1024

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

say "Replay: every picture again, byte for byte"
"$atelier" replay --verify "$project"

cat <<END

Look at $out/style-mixing.png, $out/truncation.png and $out/edit.png.

Three commands to try next:
  $atelier edit $project portrait mix --with 821 --layers fine
  $atelier render $project portrait --output out/portrait.png
  $atelier open $out/edit.png --project Projects/reopened.atelier --output out/reopened.png
END
