"""The command: draws boxes, trains, writes the weights and what came of it."""

import argparse
import json
import time
from pathlib import Path

import torch

from tandem.learning.busybox_cells.going_on import load
from tandem.learning.busybox_cells.samples import VIEWS, Samples, collect
from tandem.learning.busybox_cells.train import export, train
from tandem.learning.provenance import git_state, machine
from tandem.perception.busybox.network import WEIGHTS


def main() -> None:
    """Run it."""
    told = _arguments()
    torch.set_num_threads(told.threads)
    begun = time.monotonic()
    samples = _samples(told)
    drawn = time.monotonic()
    figures: dict[str, float] = {}

    def report(step: int, now: dict[str, float]) -> None:
        figures.update(now)
        print(
            step, " ".join(f"{name} {value:.4f}" for name, value in now.items()), f"{time.monotonic() - drawn:.0f} s", flush=True
        )

    start = load(told.start) if told.start is not None else None
    net = train(samples, told.steps, told.seed, start, report)
    told.out.mkdir(parents=True, exist_ok=True)
    export(net, told.out / WEIGHTS.name)
    made = {
        "boxes": told.boxes,
        "steps": told.steps,
        "seed": told.seed,
        "start": str(told.start or ""),
        "git": git_state(),
        "machine": machine(),
        "seconds": {"samples": round(drawn - begun), "training": round(time.monotonic() - drawn)},
        "kept_back": {name: round(value, 4) for name, value in figures.items()},
    }
    (told.out / "made.json").write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")


def _samples(told: argparse.Namespace) -> Samples:
    if told.samples is not None and told.samples.is_file():
        return Samples.load(told.samples)
    samples = collect(
        told.boxes, told.seed, told.workers, lambda done: print(f"{done} of {6 * VIEWS * told.boxes} samples", flush=True)
    )
    if told.samples is not None:
        samples.save(told.samples)
    return samples


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tandem.learning.busybox_cells", description=__doc__)
    parser.add_argument("--out", type=Path, default=WEIGHTS.parent, help="folder for the weights")
    parser.add_argument("--boxes", type=int, default=1000, help="simulated boxes, 18 samples each")
    parser.add_argument("--steps", type=int, default=2500, help="batches to learn from")
    parser.add_argument("--seed", type=int, default=7_000_000, help="of the first box, and of the training")
    parser.add_argument("--samples", type=Path, help="file to keep the samples in; they are taken from it where it exists")
    parser.add_argument("--start", type=Path, help="weights (ONNX) to go on from; new ones by default")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw boxes")
    parser.add_argument("--threads", type=int, default=1, help="of the training")
    return parser.parse_args()


if __name__ == "__main__":
    main()
