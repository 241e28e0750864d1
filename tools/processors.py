"""Run a command as on another processor: ``python -m tools.processors nehalem make test``.

Numerical libraries choose their code by what the processor can do, and the results differ in the last digit. What is
stored must not depend on that.
"""

import argparse
import os
import subprocess
from pathlib import Path

# One setting per library: NumPy, OpenBLAS (in NumPy and SciPy), oneDNN (in TensorFlow and PyTorch), PyTorch, XLA (JAX).
PROCESSORS = {
    "nehalem": {  # 2008: SSE4.2
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
        "OPENBLAS_CORETYPE": "Nehalem",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "ATEN_CPU_CAPABILITY": "default",
        "XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2",
    },
    "haswell": {  # 2013: AVX2
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
        "OPENBLAS_CORETYPE": "Haswell",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "ATEN_CPU_CAPABILITY": "avx2",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
    },
    "skylake": {  # 2017: AVX-512
        "NPY_DISABLE_CPU_FEATURES": "AVX512_ICL AVX512_SPR",
        "OPENBLAS_CORETYPE": "SkylakeX",
        "ONEDNN_MAX_CPU_ISA": "AVX512_CORE",
        "ATEN_CPU_CAPABILITY": "avx512",
        "XLA_FLAGS": "--xla_cpu_max_isa=AVX512",
    },
}
NEEDED = {"nehalem": "sse4_2", "haswell": "avx2", "skylake": "avx512f"}
"""The instructions that a processor needs in order to stand for one of these, by Linux's names."""


def here() -> list[str]:
    """Return the processors that this one can stand for."""
    try:
        words = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:
        return []
    return [name for name, needed in NEEDED.items() if needed in words]


def environment(name: str) -> dict[str, str]:
    """Return the environment of a process that is to run as on a processor."""
    return {**os.environ, **PROCESSORS[name]}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.processors", description=__doc__)
    parser.add_argument("processor", choices=here())
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    return subprocess.run(arguments.command, env=environment(arguments.processor)).returncode


if __name__ == "__main__":
    raise SystemExit(main())
