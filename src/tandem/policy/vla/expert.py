"""The action expert: guesses a chunk, then denoises it while it attends to the context and feels force and touch."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from tandem.policy import grounding
from tandem.policy.vla import features
from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.layers import ExpertLayer, inputs, sinusoids

Keys = list[tuple[Tensor, Tensor]]


@dataclass
class Context:
    """What the expert draws chunks from.

    Attributes:
        guess: what `Expert.guess` says of the chunk, shape (B, rows / patch, width).
        anchors: what the hands' motions may be told by, shape (B, rows, 2, ANCHORS, 3).
        known: committed rows, 0 where there are none, shape (B, rows, action_width).
        given: which rows those are, shape (B, rows).
        outlook: shape (B, 2): logit of "the step is done", and the remaining time, compressed.
        keys: keys and values for each layer of the expert; none for the guess alone.
        mask: which of them are there, shape (B, 1, 1, keys).
    """

    guess: Tensor
    anchors: Tensor
    known: Tensor
    given: Tensor
    outlook: Tensor
    keys: Keys
    mask: Tensor | None = None

    def repeated(self, count: int) -> "Context":
        """The context of one sample for ``count`` of them."""
        keys = [(key.expand(count, -1, -1, -1), value.expand(count, -1, -1, -1)) for key, value in self.keys]
        mask = None if self.mask is None else self.mask.expand(count, -1, -1, -1)
        guess, known = self.guess.expand(count, -1, -1), self.known.expand(count, -1, -1)
        anchors = self.anchors.expand(count, -1, -1, -1, -1)
        return Context(guess, anchors, known, self.given.expand(count, -1), self.outlook.expand(count, -1), keys, mask)

    def with_keys(self, keys: Keys, mask: Tensor, outlook: Tensor) -> "Context":
        """The same with what the layers attend to, and what that adds to the outlook."""
        return replace(self, keys=keys, mask=mask, outlook=self.outlook + outlook)


class Expert(nn.Module):
    """Some rows of the chunk are one token.

    What a chunk depends on most, the hands, the step's objects, its words, the newest touch and the committed rows, makes a first
    guess by itself, which the layers refine: attention learns late which of many tokens matters, and costs several times more.

    Where a hand goes is told by itself and as shares of the ways to its anchors. To close in on a thing, the share of the way
    to it only has to approach 1; otherwise every millimetre of correction would have to be learned place by place. Likewise for
    how it turns.
    """

    def __init__(self, config: TandemVlaConfig) -> None:
        super().__init__()
        width, rows, patch = config.width, config.rows, config.rows_patch
        if rows % patch:
            raise ValueError(f"rows is {rows}, not a multiple of rows_patch, {patch}")
        self.patch, self.tokens = patch, rows // patch
        self.hands_in, self.touch_in = inputs(config.hand_width, width), inputs(config.touch_width, width)
        self.sides = nn.Parameter(0.02 * torch.randn(2, width))
        self.instant = nn.Parameter(0.02 * torch.randn(config.touch_samples, 1, width))
        about = 2 * config.hand_width + grounding.ABOUT * (config.object_width + 1) + 3 * width + rows * (config.action_width + 1)
        self.trunk = Trunk(about, config.trunk_width, config.trunk_blocks, self.tokens * width + 2)
        self.rows_in = nn.Linear(patch * (config.action_width + 1), width)
        self.time_in = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.layers = nn.ModuleList(ExpertLayer(width, config.heads, config.dropout) for _ in range(config.expert_layers))
        self.normed = nn.LayerNorm(width)
        self.rows_out, self.felt_out = nn.Linear(width, patch * config.action_width), nn.Linear(width, patch * config.felt_width)
        self.shares_out = nn.Linear(width, patch * 2 * features.ANCHORS * 3)

    def feel(self, hands: Tensor, touch: Tensor | None) -> Tensor:
        """Tokens of the hands, and of force and touch, newest first, shape (B, 2 + 2 T, width)."""
        felt = [self.hands_in(hands) + self.sides]
        if touch is not None:
            felt.append((self.touch_in(touch) + self.sides + self.instant).flip(1).flatten(1, 2))
        return torch.cat(felt, dim=1)

    def guess(
        self,
        hands: Tensor,
        objects: Tensor,
        objects_there: Tensor,
        anchors: Tensor,
        said: Tensor,
        felt: Tensor,
        known: Tensor,
        given: Tensor,
    ) -> Context:
        """A context of the first guess alone.

        Args:
            hands, objects, objects_there, anchors, known, given: as for `TandemVla.look`; of the objects only what the step is
                about.
            said: mean of the tokens of what was said, shape (B, width).
            felt: of `feel`; the newest sample counts.
        """
        known = torch.where(given[..., None], known, torch.zeros_like(known))
        newest = felt[:, 2:4].flatten(1) if felt.shape[1] > 2 else torch.cat([torch.zeros_like(said)] * 2, dim=1)
        there, flags = objects_there[:, : grounding.ABOUT].to(hands.dtype), given.to(hands.dtype)
        about = [hands.flatten(1), objects[:, : grounding.ABOUT].flatten(1), there, said, newest, known.flatten(1), flags]
        found = self.trunk(torch.cat(about, dim=1))
        return Context(found[:, 2:].unflatten(1, (self.tokens, -1)), anchors, known, given, found[:, :2], [])

    def guessed(self, context: Context) -> Tensor:
        """The chunk as first guessed, shape (B, rows, action_width)."""
        return self._rows(self.normed(context.guess), context.anchors)

    def keys(self, tokens: Tensor) -> Keys:
        """Keys and values of the context for every layer."""
        return [layer.cross.keys(tokens) for layer in self.layers]  # type: ignore[union-attr,operator]

    def forward(self, context: Context, rows: Tensor, time: Tensor) -> tuple[Tensor, Tensor]:
        """The clean chunk, shape (B, rows, action_width), and what will be felt then, shape (B, rows, felt_width).

        Args:
            context: of `TandemVla.look`.
            rows: noisy rows; those that are committed don't count.
            time: of the flow, 0 for noise to 1 for clean, shape (B, 1).
        """
        given = context.given[..., None]
        marked = torch.cat([torch.where(given, context.known, rows), given.to(rows.dtype)], dim=-1)
        mixed = self.rows_in(marked.unflatten(1, (-1, self.patch)).flatten(2)) + self.time_in(sinusoids(time, 64)) + context.guess
        for layer, keys in zip(self.layers, context.keys, strict=True):
            mixed = layer(mixed, keys, context.mask)
        mixed = self.normed(mixed)
        return self._rows(mixed, context.anchors), self._by_row(self.felt_out(mixed))

    def _rows(self, tokens: Tensor, anchors: Tensor) -> Tensor:
        """Rows as told by themselves and by shares of the anchors, shape (B, rows, action_width)."""
        rows = self._by_row(self.rows_out(tokens)).unflatten(2, (2, -1))
        shares = self._by_row(self.shares_out(tokens)).unflatten(2, (2, -1, 3)) * anchors
        way, turn = shares[..., : features.WAYS, :].sum(dim=3), shares[..., features.WAYS :, :].sum(dim=3)
        return torch.cat([rows[..., :3] + way, rows[..., 3:6] + turn, rows[..., 6:]], dim=-1).flatten(2)

    def _by_row(self, tokens: Tensor) -> Tensor:
        return tokens.unflatten(2, (self.patch, -1)).flatten(1, 2)


class Trunk(nn.Module):
    """Residual blocks of two layers on plain numbers."""

    def __init__(self, width: int, inner: int, blocks: int, out: int) -> None:
        super().__init__()
        self.first = nn.Linear(width, inner)
        self.blocks = nn.ModuleList(nn.Sequential(nn.LayerNorm(inner), *inputs(inner, inner)) for _ in range(blocks))
        self.last = nn.Sequential(nn.LayerNorm(inner), nn.Linear(inner, out))

    def forward(self, values: Tensor) -> Tensor:
        """From shape (B, width) to (B, out)."""
        mixed = self.first(values)
        for block in self.blocks:
            mixed = mixed + block(mixed)
        return self.last(mixed)
