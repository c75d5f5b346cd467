"""How long LeRobot's ACT and SmolVLA take for a chunk: random weights, three images, 14 joints.

This file stands alone and runs in LeRobot's own Python environment, which can't be ours: it wants an older torch and
transformers. `tandem bench policy` starts it with the Python that TANDEM_LEROBOT_PYTHON names, else with its own, and reads
what it prints: for each policy milliseconds, or the reason why there are none.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

_CAMERAS = 3
_SENTENCE = "pick up the red cube with the left hand"


def _features(size: int) -> dict[str, Any]:
    from lerobot.configs.types import FeatureType, PolicyFeature

    images = {f"observation.images.camera{k}": PolicyFeature(FeatureType.VISUAL, (3, size, size)) for k in range(_CAMERAS)}
    return {
        "input_features": {"observation.state": PolicyFeature(FeatureType.STATE, (14,)), **images},
        "output_features": {"action": PolicyFeature(FeatureType.ACTION, (14,))},
        "device": "cpu",
    }


def _seen(size: int) -> dict[str, Any]:
    import torch

    images = {f"observation.images.camera{k}": torch.rand(1, 3, size, size) for k in range(_CAMERAS)}
    return {"observation.state": torch.zeros(1, 14), **images}


def act(size: int, rows: int) -> Callable[[], object]:
    """ACT as it comes, but for untrained image weights and the length of the chunk."""
    from lerobot.policies.act.configuration_act import ACTConfig
    from lerobot.policies.act.modeling_act import ACTPolicy

    config = ACTConfig(chunk_size=rows, n_action_steps=rows, pretrained_backbone_weights=None, **_features(size))
    policy, seen = ACTPolicy(config).eval(), _seen(size)
    return lambda: policy.predict_action_chunk(seen)


def smolvla(size: int, rows: int) -> Callable[[], object]:
    """SmolVLA as it comes; the shape of its language model is fetched from the hub."""
    import torch
    from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig
    from lerobot.policies.smolvla.modeling_smolvla import SmolVLAPolicy

    config = SmolVLAConfig(chunk_size=rows, n_action_steps=rows, load_vlm_weights=False, **_features(size))
    policy, seen = SmolVLAPolicy(config).eval(), _seen(size)
    words = policy.model.vlm_with_expert.processor.tokenizer(_SENTENCE + "\n", return_tensors="pt")
    seen["observation.language.tokens"] = words["input_ids"]
    seen["observation.language.attention_mask"] = words["attention_mask"].to(torch.bool)
    return lambda: policy.predict_action_chunk(dict(seen))


def measure(make: Callable[[int, int], Callable[[], object]], size: int, rows: int, count: int) -> list[float] | str:
    """Milliseconds, after one that doesn't count, or why there are none."""
    try:
        import torch

        ask = make(size, rows)
        durations = []
        with torch.inference_mode():
            for _ in range(count + 1):
                begun = time.perf_counter()
                ask()
                durations.append(1e3 * (time.perf_counter() - begun))
        return durations[1:]
    except ModuleNotFoundError as error:
        return f"not installed (no {error.name})"
    except Exception as error:
        return f"can't be made: {error}".splitlines()[0][:120]


def main() -> None:
    """Size of images, rows, threads and count are the arguments."""
    size, rows, threads, count = (int(word) for word in sys.argv[1:5])
    try:
        import torch

        torch.set_num_threads(threads)
    except ImportError:
        pass
    found = {"ACT": measure(act, size, rows, count), "SmolVLA": measure(smolvla, size, rows, max(3, count // 5))}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
