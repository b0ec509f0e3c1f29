"""Names the machine: processor, threads, instruction set."""
import os
import pathlib
import platform

# The sets that matter to these programs, best last, by the names that Linux gives them.
INSTRUCTION_SETS = [("sse4_2", "SSE4.2"), ("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_bf16", "AVX-512 BF16"),
                    ("amx_bf16", "AMX BF16")]


def describe():
    fields = {}
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            name, _, value = line.partition(":")
            fields.setdefault(name.strip(), value.strip())
    except OSError:
        pass  # not Linux: what Python knows must do
    flags = fields.get("flags", "").split()
    return {
        "processor": fields.get("model name", platform.processor() or platform.machine()),
        "model": f"family {fields.get('cpu family', '?')}, model {fields.get('model', '?')}",
        "hardware_threads": len(os.sched_getaffinity(0)),
        "instruction_sets": [name for flag, name in INSTRUCTION_SETS if flag in flags],
        "system": platform.platform(),
    }
