"""The real llama-server, run by xllamacpp inside a child process of the service.

The only file that imports xllamacpp. Knows nothing of the service but its first message.
"""

import contextlib
import os
import shutil
import sys
from pathlib import Path

from pinakes.service.generators.child_process import ParentChannel

__all__: list[str] = []

# A closed connection is noticed between two batches of a prompt. 64 tokens are under a second on
# a CPU with a small model, and cost no speed there; a GPU wants larger batches.
_CPU_BATCH_TOKENS = 64
_GPU_BATCH_TOKENS = 512


def _main() -> None:
    channel = ParentChannel()
    config = channel.receive()
    if config is None:
        return

    import xllamacpp

    socket_path = Path(config["socket"])
    params = xllamacpp.CommonParams()
    params.model.path = config["model_path"]
    params.hostnames = [str(socket_path)]
    # The server divides its context among its slots.
    params.n_ctx = config["context_tokens"] * config["slots"]
    params.n_parallel = config["slots"]
    params.n_gpu_layers = config["gpu_layers"]
    params.cpuparams.n_threads = config["threads"]
    params.cpuparams_batch.n_threads = config["threads"]
    kinds = xllamacpp.ggml_backend_dev_type
    gpus = (kinds.GGML_BACKEND_DEVICE_TYPE_GPU, kinds.GGML_BACKEND_DEVICE_TYPE_IGPU)
    has_gpu = config["gpu_layers"] != 0 and any(
        device["type"] in gpus for device in xllamacpp.get_device_info()
    )
    params.n_batch = _GPU_BATCH_TOKENS if has_gpu else _CPU_BATCH_TOKENS
    params.cache_ram_mib = 0  # otherwise up to 8 GiB of prompts past; each slot keeps its last one
    params.offline = True
    params.ui = False
    params.verbosity = 1  # errors only

    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        sys.exit(str(error))
    channel.send({"address": server.listening_address})
    while channel.receive() is not None:
        pass
    with contextlib.suppress(OSError):
        shutil.rmtree(socket_path.parent)
    # Native threads may be in the middle of an answer: nothing of theirs is worth waiting for.
    os._exit(0)


if __name__ == "__main__":
    _main()
