# The vendor's library on the same machine: cuBLAS in 32 bits, without TF32, by PyTorch or CuPy. Prints seconds of each run as JSON.
import json
import sys

SIZE, TIMES = int(sys.argv[1]), 5


def by_torch():
    import torch
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")
    a, b = (torch.randn(SIZE, SIZE, device="cuda", dtype=torch.float32) for _ in range(2))
    taken = []
    for i in range(TIMES + 2):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        torch.mm(a, b.t())
        end.record()
        torch.cuda.synchronize()
        if i >= 2:
            taken.append(start.elapsed_time(end) / 1000)
    return {"library": f"cuBLAS f32 without TF32, torch {torch.__version__}, {torch.cuda.get_device_name(0)}", "seconds": taken}


def by_cupy():
    import cupy
    a, b = (cupy.random.standard_normal((SIZE, SIZE), dtype=cupy.float32) for _ in range(2))
    taken = []
    for i in range(TIMES + 2):
        start, end = cupy.cuda.Event(), cupy.cuda.Event()
        start.record()
        cupy.matmul(a, b.T)
        end.record()
        end.synchronize()
        if i >= 2:
            taken.append(cupy.cuda.get_elapsed_time(start, end) / 1000)
    return {"library": f"cuBLAS f32 without TF32, CuPy {cupy.__version__}", "seconds": taken}


for way in (by_torch, by_cupy):
    try:
        print(json.dumps(way()))
        break
    except Exception as error:
        print(f"{way.__name__}: {error}", file=sys.stderr)
else:
    sys.exit(1)
