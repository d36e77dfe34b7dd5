# Everyday work on Atelier. `make` alone lists what there is.

.DEFAULT_GOAL := help
.PHONY: help setup build demo test lint fuzz bench studio clean

# Debian packages that Atelier builds with, and why each is needed.
PACKAGES := \
  libopenblas-dev:matrix_products_and_LAPACK \
  libpng-dev:PNG_pictures \
  libturbojpeg0-dev:JPEG_photographs \
  libsqlite3-dev:project_files \
  zlib1g-dev:compressed_checkpoints \
  libssl-dev:SHA-256_digests \
  pkg-config:finding_these_libraries \
  python3-pip:fetching_published_weights \
  curl:fetching_published_weights \
  ca-certificates:fetching_over_https

# The network that `make bench` times: a checkpoint file or the name of fetched weights.
NETWORK ?= faces-1024

help: ## List what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 - \2/p' Makefile

setup: ## Check for Swift 6.1 or newer, and install the Debian packages that are missing
	@command -v swift >/dev/null 2>&1 || { \
	  echo "Atelier needs Swift 6.1 or newer, and there is no 'swift' on the PATH." >&2; \
	  echo "Get it from https://www.swift.org/install/linux/ and run make again." >&2; \
	  exit 1; }
	@found=$$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p'); \
	major=$${found%%.*}; minor=$${found#*.}; \
	if [ -n "$$found" ] && { [ "$$major" -lt 6 ] \
	  || { [ "$$major" -eq 6 ] && [ "$$minor" -lt 1 ]; }; }; then \
	  echo "Atelier needs Swift 6.1 or newer; this is Swift $$found." >&2; \
	  echo "Get a newer one from https://www.swift.org/install/linux/." >&2; \
	  exit 1; \
	fi
	@missing=; \
	if command -v dpkg-query >/dev/null 2>&1; then \
	  for entry in $(PACKAGES); do \
	    package=$${entry%%:*}; \
	    case $$(dpkg-query -W -f='$${db:Status-Status} ' "$$package" 2>/dev/null) in \
	      "installed "*|*" installed "*) ;; \
	      *) missing="$$missing $$package"; \
	         echo "setup: $$package is missing (for $$(echo "$${entry#*:}" | tr _ ' '))";; \
	    esac; \
	  done; \
	else \
	  echo "setup: this is no Debian or Ubuntu: install the counterparts of" \
	    $(foreach entry,$(PACKAGES),$(firstword $(subst :, ,$(entry)))) "yourself."; \
	fi; \
	if [ -n "$$missing" ]; then \
	  root=; \
	  if [ "$$(id -u)" -ne 0 ]; then \
	    command -v sudo >/dev/null 2>&1 || { \
	      echo "setup: not root and no sudo; run as root: apt-get install$$missing" >&2; exit 1; }; \
	    root="sudo"; \
	  fi; \
	  echo "setup: installing$$missing"; \
	  log=$$(mktemp); \
	  { $$root env DEBIAN_FRONTEND=noninteractive apt-get update \
	    && $$root env DEBIAN_FRONTEND=noninteractive \
	      apt-get install -y --no-install-recommends $$missing; } >"$$log" 2>&1 \
	    || { cat "$$log" >&2; rm -f "$$log"; echo "setup: apt-get failed" >&2; exit 1; }; \
	  rm -f "$$log"; \
	fi

build: setup ## Build the atelier command (.build/release/atelier)
	swift build -c release --product atelier

demo: build ## Run the guided tour in Examples/demo.sh
	sh Examples/demo.sh

# Release mode. No test looks inside a module, and saying so (--disable-testable-imports) lets the
# tests use the modules as they were built for the command, instead of building all of them again.
test: setup ## Build the command and run every test
	swift build -c release --product atelier
	swift test -c release --disable-testable-imports

lint: ## Check the style of every Swift file
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks/Sources \
	  $$(find Examples -name '*.swift' 2>/dev/null)

# COUNT damaged files for every reader, the same ones for the same SEED.
COUNT ?= 20000
SEED ?= 1

fuzz: setup ## Feed damaged files to every reader: make fuzz COUNT=1000000
	swift build -c release --product fuzz
	.build/release/fuzz $(COUNT) $(SEED)

# A Python with torch, onnx, onnxruntime, openvino, safetensors and numpy, where `make bench` keeps
# the peers' networks, and what only some have: folders of label maps of Cityscapes and COCO-Stuff
# (which need Pillow), that of SynthesisNetwork.xml in the package random-face, and faces-1024.
PEERS ?= python3
BENCH_DIR ?= .build/bench
MAPS ?=
COCO ?=
MOBILE_IR ?=
FACES ?= Weights/faces-1024.safetensors

bench: build ## Time kernels, and pictures beside other engines; writes docs/Performance.md
	swift build -c release --package-path Benchmarks
	@if $(PEERS) -c 'import torch, onnx, onnxruntime, openvino, safetensors, numpy' 2>/dev/null; then \
	  $(PEERS) Benchmarks/peers/bench.py --workdir $(BENCH_DIR) --write \
	    $(if $(MAPS),--maps $(MAPS)) $(if $(COCO),--coco $(COCO)) \
	    $(if $(MOBILE_IR),--mobile-ir $(MOBILE_IR) --faces $(FACES)); \
	else \
	  echo "bench: $(PEERS) lacks torch, onnx, onnxruntime, openvino, safetensors or numpy, so there" \
	    "are no peers to compare with: see docs/Performance.md, and give PEERS=python. Ours alone:" >&2; \
	  Benchmarks/.build/release/benchmarks kernels; \
	  .build/release/atelier bench synthesis --network $(NETWORK); \
	fi

studio: ## Not part of this version yet
	@echo "The studio is not part of this version of Atelier yet; see 'atelier --help' for what is." \
	  >&2; exit 1

clean: ## Remove everything that was built
	rm -rf .build
