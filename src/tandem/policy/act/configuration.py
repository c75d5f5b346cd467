"""What shapes the baseline."""

from typing import Any

from transformers import PretrainedConfig

from tandem.cell import names


class ActConfig(PretrainedConfig):
    """Shape of an `Act`; the usual values are those of the paper where it has them.

    Args:
        width: of all tokens.
        heads: of attention.
        feed: inner width of the feed-forward layers.
        style_layers: of the encoder that sees the demonstrated chunk in training.
        encoder_layers: that join images, joints, words and style.
        decoder_layers: of the rows of the chunk. The published code has seven but uses what the first one says.
        style: width of the latent variable.
        dropout: of attention and feed-forward layers.
        rows: H, rows of a chunk; 2 s in the paper.
        step_dt: time between rows [s].
        cameras: names of the cameras, in the order of the images.
        image_size: side of the square images [px].
        vision_channels: of the stages of the residual image encoder.
        vision_blocks: residual blocks in each of them.
        vocabulary: number of word pieces.
        text_length: word pieces at most.
    """

    model_type = "tandem_act"

    def __init__(
        self,
        width: int = 512,
        heads: int = 8,
        feed: int = 3200,
        style_layers: int = 4,
        encoder_layers: int = 4,
        decoder_layers: int = 1,
        style: int = 32,
        dropout: float = 0.1,
        rows: int = 20,
        step_dt: float = 0.1,
        cameras: tuple[str, ...] | list[str] = names.CAMERAS,
        image_size: int = 128,
        vision_channels: tuple[int, ...] | list[int] = (64, 128, 256, 512),
        vision_blocks: int = 2,
        vocabulary: int = 512,
        text_length: int = 24,
        joints: int = names.DOF,
        **kwargs: Any,
    ) -> None:
        self.width, self.heads, self.feed = width, heads, feed
        self.style_layers, self.encoder_layers, self.decoder_layers = style_layers, encoder_layers, decoder_layers
        self.style, self.dropout, self.rows, self.step_dt = style, dropout, rows, step_dt
        self.cameras, self.image_size = list(cameras), image_size
        self.vision_channels, self.vision_blocks = list(vision_channels), vision_blocks
        self.vocabulary, self.text_length, self.joints = vocabulary, text_length, joints
        super().__init__(**kwargs)
