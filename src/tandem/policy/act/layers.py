"""Transformer layers as ACT has them from DETR: norms come after, places are added to queries and keys in every layer.

Carion et al., "End-to-End Object Detection with Transformers", ECCV 2020.
"""

import torch
from torch import Tensor, nn

from tandem.policy.vla.layers import attend


class Attention(nn.Module):
    """Multi-head attention with values that come without places."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.out = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> Tensor:
        """From shapes (B, T, width), (B, S, width) and (B, S, width) to (B, T, width); ``mask`` as of `vla.layers.key_mask`."""
        query, key, value = self._split(self.query(queries)), self._split(self.key(keys)), self._split(self.value(values))
        mixed = attend(query, key, value, mask, self.dropout if self.training else 0.0)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class _FeedForward(nn.Sequential):
    def __init__(self, width: int, feed: int, dropout: float) -> None:
        super().__init__(nn.Linear(width, feed), nn.ReLU(), nn.Dropout(dropout), nn.Linear(feed, width))


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward."""

    def __init__(self, width: int, heads: int, feed: int, dropout: float) -> None:
        super().__init__()
        self.attend, self.feed = Attention(width, heads, dropout), _FeedForward(width, feed, dropout)
        self.after_self, self.after_feed = nn.LayerNorm(width), nn.LayerNorm(width)
        self.drop = nn.Dropout(dropout)

    def forward(self, tokens: Tensor, places: Tensor, mask: Tensor | None = None) -> Tensor:
        """Tokens of shape (B, T, width) at places that broadcast to it."""
        placed = tokens + places
        tokens = self.after_self(tokens + self.drop(self.attend(placed, placed, tokens, mask)))
        return self.after_feed(tokens + self.drop(self.feed(tokens)))


class DecoderLayer(nn.Module):
    """Self-attention of the rows, attention to what was encoded, and feed-forward."""

    def __init__(self, width: int, heads: int, feed: int, dropout: float) -> None:
        super().__init__()
        self.attend, self.cross = Attention(width, heads, dropout), Attention(width, heads, dropout)
        self.feed = _FeedForward(width, feed, dropout)
        self.after_self, self.after_cross, self.after_feed = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.drop = nn.Dropout(dropout)

    def forward(self, rows: Tensor, queries: Tensor, memory: Tensor, places: Tensor, mask: Tensor | None = None) -> Tensor:
        """Rows of shape (B, H, width) with their queries, and the encoder's tokens at their places."""
        placed = rows + queries
        rows = self.after_self(rows + self.drop(self.attend(placed, placed, rows)))
        rows = self.after_cross(rows + self.drop(self.cross(rows + queries, memory + places, memory, mask)))
        return self.after_feed(rows + self.drop(self.feed(rows)))


def waves(positions: Tensor, width: int) -> Tensor:
    """Sines and cosines of positions of shape (N,), shape (N, width). Vaswani et al., 2017."""
    rates = 10000.0 ** (-torch.arange(0, width, 2, device=positions.device) / width)
    angles = positions[:, None] * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :width]


def grid_waves(side: int, width: int, device: torch.device) -> Tensor:
    """Likewise of a square grid, row by row, half for either direction, shape (side x side, width)."""
    steps = 2 * torch.pi * (torch.arange(side, device=device) + 1) / side
    one = waves(steps, width // 2)
    down = one[:, None].expand(-1, side, -1)
    across = waves(steps, width - width // 2)[None].expand(side, -1, -1)
    return torch.cat([down, across], dim=-1).flatten(0, 1)
