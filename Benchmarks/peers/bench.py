#!/usr/bin/env python3
"""Times pictures on the engines a user would pick instead and on Atelier, in turn, and writes the
tables of docs/Performance.md.

  bench.py --workdir DIR [--threads 2] [--rounds 3] [--maps DIR] [--coco DIR] [--mobile-ir DIR]
           [--faces FILE] [--only NAME...] [--write]

Every engine has a process of its own, so that its peak memory is its own; all wait while one draws.
Needs torch, onnx, onnxruntime, openvino, safetensors, numpy (and Pillow with --maps).
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ENGINES = ["PyTorch", "ONNX Runtime", "OpenVINO"]
TITLES = {
    "stylegan2-1024": "StyleGAN2 1024², config F",
    "stylegan2-256": "StyleGAN2 256², channel base 16384",
    "mobilestylegan": "MobileStyleGAN 1024² (`faces-1024`)",
    "pix2pixhd": "pix2pixHD 1024×512, 4 down, 9 blocks",
    "spade": "SPADE 256², 184 label channels",
}


class Worker:
    """An engine that draws when it is told to."""

    def __init__(self, engine, name, folder, threads):
        command = [sys.executable, os.path.join(HERE, "worker.py"), engine, name, folder,
                   str(threads)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, cwd=HERE)
        self.process.stdout.readline()

    def draw(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def ours(name, folder, threads, faces):
    """One round of Atelier: a process that draws once before it is timed."""
    environment = dict(os.environ, ATELIER_THREADS=str(threads))
    command = os.path.join(ROOT, ".build/release/atelier")
    if name in ("pix2pixhd", "spade"):
        command = os.path.join(ROOT, "Benchmarks/.build/release/benchmarks")
        arguments = [name, folder, "1"]
    elif name == "mobilestylegan":
        arguments = ["bench", "synthesis", "--network", faces, "--runs", "1"]
    else:
        network = os.path.join(folder, name + ".safetensors")
        ws = os.path.join(folder, name + "-input.npy")
        arguments = ["bench", "synthesis", "--network", network, "--ws", ws, "--runs", "1"]
    if name == "mobilestylegan" or name.startswith("stylegan2"):
        arguments += ["--threads", str(threads)]
    out = subprocess.run(
        [command] + arguments, capture_output=True, text=True, env=environment)
    if out.returncode:
        sys.exit(f"{command} {' '.join(arguments)}\n{out.stderr}")
    return json.loads(out.stdout.strip().splitlines()[-1])


def measure(name, options):
    """Medians of all engines, by name: milliseconds and peak MB."""
    folder, engines = options.workdir, ENGINES
    if name == "mobilestylegan":
        engines = ["OpenVINO"]
        for end in ("xml", "bin"):
            source = os.path.join(options.mobile_ir, "SynthesisNetwork." + end)
            target = os.path.join(folder, "mobilestylegan." + end)
            if not os.path.exists(target):
                os.symlink(os.path.abspath(source), target)
    else:
        maps = options.coco if name == "spade" else options.maps
        script = "import sys, make; make.make(*sys.argv[1:])"
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script, name, os.path.abspath(folder)]
            + ([os.path.abspath(maps)] if maps else []), cwd=HERE, check=True)
    workers = {e: Worker(e, name, os.path.abspath(folder), options.threads) for e in engines}
    found = {}
    for _ in range(options.rounds):
        for engine in engines:
            found.setdefault(engine, []).append(workers[engine].draw())
        found.setdefault("Atelier", []).append(
            ours(name, os.path.abspath(folder), options.threads, options.faces))
    for worker in workers.values():
        worker.close()
    one = ours(name, os.path.abspath(folder), 1, options.faces)["milliseconds"]
    result = {
        engine: {
            "milliseconds": statistics.median(r["milliseconds"] for r in rounds),
            "peak_mb": max(r["peak_mb"] for r in rounds),
            "error": rounds[-1].get("error"),
        } for engine, rounds in found.items()
    }
    result["Atelier"]["one_thread"] = one
    print(json.dumps({name: result}), flush=True)
    return result


def table(results, options):
    """The measurements as a Markdown table."""
    lines = [
        f"| ms a picture, {options.threads} threads | PyTorch | ONNX Runtime | OpenVINO | Atelier "
        "| of the fastest | of PyTorch | 1 thread | peak MB, ours | peak MB, peers |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, result in results.items():
        own = result["Atelier"]
        peers = [result[e] for e in ENGINES if e in result]
        time = lambda e: f"{result[e]['milliseconds']:,.0f}" if e in result else "–"
        fastest = own["milliseconds"] / min(p["milliseconds"] for p in peers)
        torch = result.get("PyTorch")
        memory = " / ".join(f"{result[e]['peak_mb']:,.0f}" if e in result else "–" for e in ENGINES)
        slow = f"{own['milliseconds'] / torch['milliseconds']:.2f}" if torch else "–"
        lines.append(
            f"| {TITLES[name]} | {time('PyTorch')} | {time('ONNX Runtime')} | {time('OpenVINO')} "
            f"| {time('Atelier')} | {fastest:.2f} | {slow} | {own['one_thread']:,.0f} "
            f"| {own['peak_mb']:,.0f} | {memory} |")
    return "\n".join(lines)


def kernels(threads):
    """What single kernels reach, beside what the cores multiply at."""
    command = os.path.join(ROOT, "Benchmarks/.build/release/benchmarks")
    environment = dict(os.environ, ATELIER_THREADS=str(threads))
    out = subprocess.run(
        [command, "kernels", "5"], capture_output=True, text=True, env=environment, check=True)
    found = [json.loads(line) for line in out.stdout.splitlines()]
    peak = found[0]["gflops"]
    lines = ["| kernel | ms | GFLOP/s of the plain way | of the measured peak |", "|---|---|---|---|"]
    for kernel in found:
        speed = kernel.get("gflops")
        rate = f"{speed:,.0f} | {speed / peak:.2f}" if speed else "– | –"
        lines.append(f"| {kernel['name']} | {kernel['milliseconds']:.2f} | {rate} |")
    return "\n".join(lines)


def layers(folder, threads):
    """What the layers of StyleGAN2 cost, by resolution."""
    command = [
        os.path.join(ROOT, ".build/release/atelier"), "bench", "synthesis", "--layers",
        "--network", os.path.join(folder, "stylegan2-1024.safetensors"),
        "--ws", os.path.join(folder, "stylegan2-1024-input.npy"), "--threads", str(threads)]
    out = subprocess.run(command, capture_output=True, text=True, check=True)
    found = {}
    for layer in json.loads(out.stdout)["layers"]:
        block = re.search(r"b(\d+)", layer["name"])[1]
        part = re.search(r"conv0|conv1", layer["name"])
        row = found.setdefault(int(block), {"conv0": 0, "conv1": 0, "rest": 0})
        row[part[0] if part and "affine" not in layer["name"] else "rest"] += layer["milliseconds"]
    total = sum(sum(row.values()) for row in found.values())
    lines = ["| block | up-convolution, ms | convolution, ms | rest, ms | of the picture |",
             "|---|---|---|---|---|"]
    for block, row in found.items():
        share = 100 * sum(row.values()) / total
        lines.append(
            f"| {block}² | {row['conv0']:.1f} | {row['conv1']:.1f} | {row['rest']:.1f} "
            f"| {share:.0f} % |")
    return "\n".join(lines)


def write(name, text):
    """Replaces the table `name` of docs/Performance.md."""
    path = os.path.join(ROOT, "docs/Performance.md")
    page = open(path).read()
    pattern = rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)"
    open(path, "w").write(re.sub(pattern, lambda m: m[1] + text + m[2], page, flags=re.S))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workdir", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--maps", help="a folder of label maps of Cityscapes, as PNG")
    parser.add_argument("--coco", help="a folder of label maps of COCO-Stuff, as PNG")
    parser.add_argument("--mobile-ir", help="the folder of SynthesisNetwork.xml of random-face")
    parser.add_argument("--faces", help="faces-1024.safetensors")
    parser.add_argument("--only", nargs="*", choices=list(TITLES))
    parser.add_argument("--write", action="store_true", help="into docs/Performance.md")
    options = parser.parse_args()
    os.makedirs(options.workdir, exist_ok=True)
    names = options.only or list(TITLES)
    if not (options.mobile_ir and options.faces) and "mobilestylegan" in names:
        names.remove("mobilestylegan")
        print("no --mobile-ir and --faces: MobileStyleGAN is left out", file=sys.stderr)
    # What an earlier call measured in the same folder stays in the table.
    kept = os.path.join(options.workdir, "results.json")
    results = json.load(open(kept)) if os.path.exists(kept) else {}
    results.update({name: measure(name, options) for name in names})
    results = {name: results[name] for name in TITLES if name in results}
    json.dump(results, open(kept, "w"), indent=1)
    text = table(results, options)
    tables = {"pictures": text, "kernels": kernels(options.threads)}
    if "stylegan2-1024" in names:
        tables["layers"] = layers(options.workdir, options.threads)
    for name, text in tables.items():
        print(text)
        if options.write:
            write(name, text)


if __name__ == "__main__":
    main()
