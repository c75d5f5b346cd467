"""Small detectors and segmenters with random weights and processors of their own, saved as any model is."""

from pathlib import Path
from string import ascii_lowercase

import torch
from transformers import (
    BertConfig,
    BertTokenizer,
    CLIPTokenizer,
    GroundingDinoConfig,
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessorPil,
    GroundingDinoProcessor,
    Owlv2Config,
    Owlv2ForObjectDetection,
    Owlv2ImageProcessorPil,
    Owlv2Processor,
    SamConfig,
    SamImageProcessorPil,
    SamModel,
    SamProcessor,
    SwinConfig,
)

SIDE = 64


def save_owl(to: Path) -> Path:
    letters = [*ascii_lowercase, *(f"{letter}</w>" for letter in ascii_lowercase)]
    words = {word: index for index, word in enumerate([*letters, "<|startoftext|>", "<|endoftext|>"])}
    begin, end = len(words) - 2, len(words) - 1
    torch.manual_seed(1)
    text = {
        "vocab_size": len(words),
        "max_position_embeddings": 32,
        "bos_token_id": begin,
        "eos_token_id": end,
        "pad_token_id": end,
    }
    small = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = Owlv2Config(
        text_config=small | text, vision_config=small | {"image_size": SIDE, "patch_size": 16}, projection_dim=16
    )
    tokenizer = CLIPTokenizer(vocab=words, merges=[], model_max_length=32)
    model = Owlv2ForObjectDetection(config)
    with torch.no_grad():  # else boxes are as wide as the image, or not at all
        model.box_head.dense2.weight *= 0.01
    model.save_pretrained(to)
    Owlv2Processor(Owlv2ImageProcessorPil(size={"height": SIDE, "width": SIDE}), tokenizer).save_pretrained(to)
    return to


def save_dino(to: Path) -> Path:
    letters = [*ascii_lowercase, *(f"##{letter}" for letter in ascii_lowercase)]
    words = {word: index for index, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", *letters])}
    torch.manual_seed(1)
    swin = SwinConfig(
        image_size=SIDE,
        patch_size=4,
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        window_size=4,
        out_features=["stage2", "stage3", "stage4"],
    )
    bert = BertConfig(vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    config = GroundingDinoConfig(
        backbone_config=swin,
        text_config=bert,
        num_queries=20,
        encoder_layers=1,
        decoder_layers=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        d_model=32,
        max_text_len=64,
    )
    images = GroundingDinoImageProcessorPil(size={"shortest_edge": SIDE, "longest_edge": 96})
    GroundingDinoForObjectDetection(config).save_pretrained(to)
    GroundingDinoProcessor(images, BertTokenizer(vocab=words, model_max_length=64)).save_pretrained(to)
    return to


def save_sam(to: Path) -> Path:
    torch.manual_seed(1)
    config = SamConfig(
        vision_config={
            "hidden_size": 16,
            "output_channels": 16,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": SIDE,
            "patch_size": 8,
            "window_size": 4,
            "global_attn_indexes": [1],
            "num_pos_feats": 8,
            "mlp_dim": 32,
        },
        prompt_encoder_config={"hidden_size": 16, "image_size": SIDE, "patch_size": 8, "mask_input_channels": 4},
        mask_decoder_config={"hidden_size": 16, "mlp_dim": 32, "num_attention_heads": 2, "iou_head_hidden_dim": 16},
    )
    square = {"height": SIDE, "width": SIDE}
    masks = {"mask_size": {"longest_edge": 16}, "mask_pad_size": {"height": 16, "width": 16}}
    SamModel(config).save_pretrained(to)
    SamProcessor(SamImageProcessorPil(size={"longest_edge": SIDE}, pad_size=square, **masks)).save_pretrained(to)
    return to
