"""How long LeRobot's ACT and SmolVLA take for a chunk: random weights, three images, 14 joints.

This file stands alone and runs in LeRobot's own Python environment, which can't be ours: it wants an older torch and
transformers. `tandem bench policy` starts it with the Python that TANDEM_LEROBOT_PYTHON names, else with its own, and reads
what it prints: for each policy milliseconds, or the reason why there are none.
"""

import json
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

_CAMERAS = 3
_WORDS = 12
"""Tokens of a sentence and its end."""

_VOCABULARY = 49280
_SMOLLM2 = {
    "model_type": "llama",
    "hidden_size": 960,
    "intermediate_size": 2560,
    "num_hidden_layers": 32,
    "num_attention_heads": 15,
    "num_key_value_heads": 5,
    "head_dim": 64,
    "vocab_size": _VOCABULARY,
}
_SIGLIP = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "image_size": 512,
    "patch_size": 16,
}
"""The two halves of SmolVLM2-500M-Video-Instruct (huggingface.co/HuggingFaceTB/SmolVLM2-500M-Video-Instruct)."""


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
    """SmolVLA as it comes, with SmolVLM2-500M-Video-Instruct's published shape; nothing is fetched from the hub."""
    import torch
    from lerobot.policies.smolvla import smolvlm_with_expert
    from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig
    from lerobot.policies.smolvla.modeling_smolvla import SmolVLAPolicy
    from transformers import SmolVLMConfig

    shape = SmolVLMConfig(text_config=_SMOLLM2, vision_config=_SIGLIP, scale_factor=4, image_token_id=_VOCABULARY - 1)
    tokenizer = SimpleNamespace(fake_image_token_id=1, global_image_token_id=2)
    smolvlm_with_expert.AutoConfig = SimpleNamespace(from_pretrained=lambda name: shape)
    smolvlm_with_expert.AutoProcessor = SimpleNamespace(from_pretrained=lambda name: SimpleNamespace(tokenizer=tokenizer))
    config = SmolVLAConfig(chunk_size=rows, n_action_steps=rows, load_vlm_weights=False, **_features(size))
    policy, seen = SmolVLAPolicy(config).eval(), _seen(size)
    seen["observation.language.tokens"] = torch.ones(1, _WORDS, dtype=torch.int64)
    seen["observation.language.attention_mask"] = torch.ones(1, _WORDS, dtype=torch.bool)
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
