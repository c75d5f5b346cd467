"""Very small image-text models of several families, saved as they are published; random weights."""

from pathlib import Path

import torch
from small import SENTENCES
from transformers import (
    AutoConfig,
    AutoModel,
    PreTrainedTokenizerFast,
    Qwen2VLImageProcessorPil,
    SiglipImageProcessorPil,
    SmolVLMImageProcessorPil,
)

from tandem.policy.vla.words import train_tokenizer

_TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "pad_token_id": 0,
    "bos_token_id": 2,
    "eos_token_id": 2,
}
_VISION = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}

FAMILIES = ("smolvlm", "qwen2_5_vl", "phi4_multimodal", "paligemma")


def save_backbone(folder: Path, family: str) -> Path:
    """Configuration, safetensors, tokenizer and image processor."""
    torch.manual_seed(0)
    tokenizer = train_tokenizer(SENTENCES, 128)
    config = _MAKERS[family](folder, tokenizer)
    AutoModel.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _smolvlm(folder: Path, tokenizer: PreTrainedTokenizerFast) -> AutoConfig:
    image, *_ = _known(tokenizer, "<image>", "<fake_token_around_image>", "<global-img>")
    size = {"longest_edge": 32}
    SmolVLMImageProcessorPil(do_image_splitting=False, size=size, max_image_size=size).save_pretrained(folder)
    vision = {**_VISION, "image_size": 32, "patch_size": 8}
    text = {"model_type": "llama", **_TEXT, "vocab_size": len(tokenizer)}
    return AutoConfig.for_model(
        "smolvlm", text_config=text, vision_config=vision, image_token_id=image, scale_factor=2, pad_token_id=0
    )


def _qwen2_5_vl(folder: Path, tokenizer: PreTrainedTokenizerFast) -> AutoConfig:
    image, start, end = _known(tokenizer, "<|image_pad|>", "<|vision_start|>", "<|vision_end|>")
    Qwen2VLImageProcessorPil(patch_size=8, merge_size=2, min_pixels=32 * 32, max_pixels=32 * 32).save_pretrained(folder)
    vision = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_heads": 2,
        "patch_size": 8,
        "spatial_merge_size": 2,
        "out_hidden_size": 32,
        "window_size": 32,
        "fullatt_block_indexes": [1],
    }
    text = {**_TEXT, "vocab_size": len(tokenizer), "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2]}}
    return AutoConfig.for_model(
        "qwen2_5_vl",
        text_config=text,
        vision_config=vision,
        image_token_id=image,
        vision_start_token_id=start,
        vision_end_token_id=end,
    )


def _phi4_multimodal(folder: Path, tokenizer: PreTrainedTokenizerFast) -> AutoConfig:
    (image,) = _known(tokenizer, "<|endoftext10|>")
    vision = {**_VISION, "num_hidden_layers": 2, "image_size": 32, "patch_size": 8, "crop_size": 32, "image_token_id": image}
    audio = {"hidden_size": 16, "intermediate_size": 16, "num_blocks": 1, "num_attention_heads": 2, "nemo_conv_channels": 16}
    return AutoConfig.for_model(
        "phi4_multimodal", **_TEXT, vocab_size=len(tokenizer), vision_config=vision, audio_config={**audio, "audio_token_id": 1}
    )


def _paligemma(folder: Path, tokenizer: PreTrainedTokenizerFast) -> AutoConfig:
    (image,) = _known(tokenizer, "<image>")
    SiglipImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    vision = {"model_type": "siglip_vision_model", **_VISION, "image_size": 32, "patch_size": 8, "vision_use_head": False}
    text = {"model_type": "gemma", **_TEXT, "head_dim": 8, "vocab_size": len(tokenizer)}
    return AutoConfig.for_model(
        "paligemma", text_config=text, vision_config=vision, image_token_id=image, projection_dim=32, hidden_size=32
    )


def _known(tokenizer: PreTrainedTokenizerFast, *words: str) -> tuple[int, ...]:
    tokenizer.add_special_tokens({"additional_special_tokens": list(words)})
    return tuple(int(tokenizer.convert_tokens_to_ids(word)) for word in words)


_MAKERS = {"smolvlm": _smolvlm, "qwen2_5_vl": _qwen2_5_vl, "phi4_multimodal": _phi4_multimodal, "paligemma": _paligemma}
