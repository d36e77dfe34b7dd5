"""One engine in a process of its own: draws once for every line on standard input.

worker.py ENGINE NAME FOLDER THREADS prints {"milliseconds", "peak_mb", "error"} a line.
"""
import json
import os
import resource
import sys
import time

import numpy as np

engine, name, folder, threads = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
path = lambda suffix: os.path.join(folder, name + suffix)
x = np.load(path("-input.npy")) if os.path.exists(path("-input.npy")) else None
expected = np.load(path("-image.npy")) if os.path.exists(path("-image.npy")) else None

if engine == "PyTorch":
    import torch
    from safetensors.torch import load_file

    import make

    torch.set_num_threads(threads)
    network = make.NAMES[name]().eval().requires_grad_(False)
    torch.manual_seed(0)
    # The very weights of the other engines.
    if hasattr(network, "sizes"):
        stored = load_file(path(".safetensors"))
        for key, tensor in network.official().items():
            if not key.startswith("mapping."):
                tensor.data.copy_(stored[key])
        for layer in network.modules():
            if hasattr(layer, "energy"):
                layer.energy.copy_((layer.weight**2).sum((2, 3)).t())
                if layer.up:
                    layer.spread.copy_(layer.weight.transpose(0, 1))
        del stored
    else:
        network.load_state_dict(load_file(path(".safetensors")), strict=False)

    def draw():
        with torch.no_grad():
            return network(torch.from_numpy(x)).numpy()
elif engine == "ONNX Runtime":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        path(".onnx"), options, providers=["CPUExecutionProvider"])
    draw = lambda: session.run(None, {"x": x})[0]
else:
    import openvino

    model = path(".onnx") if os.path.exists(path(".onnx")) else path(".xml")
    compiled = openvino.Core().compile_model(model, "CPU", {
        "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32",
        "PERFORMANCE_HINT": "LATENCY"})
    inputs = [x]
    if x is None:
        generator = np.random.default_rng(0)
        inputs = [
            generator.standard_normal([max(d, 1) for d in i.partial_shape.get_min_shape()])
            .astype(np.float32) for i in compiled.inputs]
    draw = lambda: list(compiled(inputs).values())[0]

error = None
first = draw()
if expected is not None:
    error = float(np.abs(first - expected).max() / np.abs(expected).max())
print(json.dumps({"ready": True}), flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    draw()
    milliseconds = (time.perf_counter() - start) * 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"milliseconds": milliseconds, "peak_mb": peak, "error": error}), flush=True)
