"""Images disturbed, so that the model doesn't rely on their light or on a camera's exact place."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

_SHIFT = 0.06
_BRIGHTNESS, _CONTRAST, _TINT = 0.15, 0.25, 0.08
_NOISE = 0.02
_DARK = 0.1
"""Share of cameras that are left out."""


def disturb(images: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """Shifted, zoomed, tinted and noisy images, and which cameras are there, shape (B, cameras).

    Args:
        images: shape (B, cameras, 3, size, size), 0 to 1.
        rng: where chance comes from.
    """
    count, cameras = images.shape[:2]
    flat = images.flatten(0, 1)
    zoom = torch.from_numpy(rng.uniform(1 - _SHIFT, 1 + _SHIFT, len(flat))).float()
    move = torch.from_numpy(rng.uniform(-_SHIFT, _SHIFT, (len(flat), 2))).float()
    grid = torch.zeros(len(flat), 2, 3)
    grid[:, 0, 0] = grid[:, 1, 1] = zoom
    grid[:, :, 2] = move
    flat = functional.grid_sample(
        flat, functional.affine_grid(grid, list(flat.shape), align_corners=False), padding_mode="border", align_corners=False
    )
    contrast = torch.from_numpy(rng.uniform(1 - _CONTRAST, 1 + _CONTRAST, (len(flat), 1, 1, 1))).float()
    tint = torch.from_numpy(rng.uniform(1 - _TINT, 1 + _TINT, (len(flat), 3, 1, 1))).float()
    light = torch.from_numpy(rng.uniform(-_BRIGHTNESS, _BRIGHTNESS, (len(flat), 1, 1, 1))).float()
    noise = torch.from_numpy(rng.normal(0.0, _NOISE, flat.shape).astype(np.float32))
    flat = ((flat - 0.5) * contrast * tint + 0.5 + light + noise).clamp(0.0, 1.0)
    there = torch.from_numpy(rng.random((count, cameras)) >= _DARK)
    return flat.unflatten(0, (count, cameras)), there
