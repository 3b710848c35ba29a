"""The benchmarks for a GPU, rehearsed without one: they run once a year, and then must."""

import subprocess
import sys

import pytest

from tests.yardstick import PATIENCE_S


@pytest.mark.slow
def test_what_a_gpu_brings_is_rehearsed_on_the_processor() -> None:
    command = [sys.executable, "-m", "bench.gpu.gains"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=10 * PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    for title in ("Embedding", "Training the reading model", "A generator"):
        assert title in done.stdout
