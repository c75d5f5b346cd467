"""Transformer layers, small and plain: pre-norm, with attention to a context where one is given."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Attention(nn.Module):
    """Multi-head attention from tokens to tokens. Vaswani et al., "Attention Is All You Need", 2017."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.pair, self.out = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)

    def keys(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of tokens of shape (B, S, width), each of shape (B, heads, S, width / heads)."""
        key, value = self.pair(source).chunk(2, dim=-1)
        return self._split(key), self._split(value)

    def forward(self, tokens: Tensor, keys: tuple[Tensor, Tensor], mask: Tensor | None = None) -> Tensor:
        """Tokens of shape (B, T, width); ``mask``, broadcast to (B, heads, T, S), is True where a key may be attended to."""
        mixed = attend(self._split(self.query(tokens)), *keys, mask)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, dropout: float = 0.0) -> Tensor:
    """Attention, shape (B, heads, T, width); on a CPU by plain products: there torch's own is slow backwards in bfloat16."""
    if query.device.type != "cpu":
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=dropout)
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    if mask is not None:
        scores = scores.masked_fill(~mask, -1e4)
    shares = functional.dropout(scores.softmax(dim=-1), dropout, training=dropout > 0)
    return shares.to(value.dtype) @ value


class FeedForward(nn.Sequential):
    """Two layers, the inner one four times as wide."""

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        super().__init__(
            nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width), nn.Dropout(dropout)
        )


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward."""

    def __init__(self, width: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.before_self, self.attend = nn.LayerNorm(width), Attention(width, heads)
        self.before_feed, self.feed = nn.LayerNorm(width), FeedForward(width, dropout)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """Tokens of shape (B, T, width)."""
        normed = self.before_self(tokens)
        tokens = tokens + self.attend(normed, self.attend.keys(normed), mask)
        return tokens + self.feed(self.before_feed(tokens))


class ExpertLayer(nn.Module):
    """Self-attention, attention to the context, and feed-forward."""

    def __init__(self, width: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.own = EncoderLayer(width, heads, dropout)
        self.before_cross, self.cross = nn.LayerNorm(width), Attention(width, heads)

    def forward(self, tokens: Tensor, context: tuple[Tensor, Tensor], mask: Tensor | None = None) -> Tensor:
        """Tokens of shape (B, T, width); ``context`` are the keys that ``cross`` makes of the context's tokens."""
        tokens = tokens + self.cross(self.before_cross(tokens), context, mask)
        return self.own(tokens)


def inputs(width: int, out: int) -> nn.Sequential:
    """Two layers from plain numbers to a token."""
    return nn.Sequential(nn.Linear(width, 2 * out), nn.GELU(approximate="tanh"), nn.Linear(2 * out, out))


def key_mask(there: Tensor) -> Tensor:
    """An attention mask, shape (B, 1, 1, S), from which tokens are there, shape (B, S)."""
    return there[:, None, None, :]


def sinusoids(values: Tensor, width: int, highest: float = 100.0) -> Tensor:
    """Fourier features of numbers from 0 to 1 of shape (...), shape (..., width)."""
    rates = torch.exp(torch.linspace(0.0, 1.0, width // 2, device=values.device) * torch.log(torch.tensor(highest)))
    angles = values[..., None] * rates * torch.pi
    return torch.cat([angles.sin(), angles.cos()], dim=-1)
