"""How long the one-file verifier takes over a log of 100,000 leaves: signature, root, every leaf's form, the numbers of every case.
BENCH_LEAVES sets the size."""

import os
import time

from domain.log.verify import Kept, code, keys_of, verify
from tests.dossiers import SampleLog

LEAVES = int(os.environ.get("BENCH_LEAVES", "100000"))


def main() -> None:
    log = SampleLog(LEAVES, cases=max(1, LEAVES // 60))
    raw, kept = log.export(), Kept(log.checkpoint(LEAVES // 2).encode(), keys_of(log.signer.public))
    began = time.perf_counter()
    assert code(verify(raw, kept)) == 0
    took = time.perf_counter() - began
    print(f"{LEAVES} leaves ({len(raw) / 1e6:.0f} MB), from a checkpoint at half of them: verified in {took:.2f} s")


if __name__ == "__main__":
    main()
