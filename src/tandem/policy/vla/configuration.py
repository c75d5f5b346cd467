"""What shapes the model."""

from typing import Any

from transformers import PretrainedConfig

from tandem.cell import names
from tandem.policy import grounding
from tandem.policy.vla import actions, features


class TandemVlaConfig(PretrainedConfig):
    """Shape of a `TandemVla`.

    Args:
        width: of all tokens.
        heads: of attention.
        context_layers: of the encoder that joins images, words, objects and hands.
        expert_layers: of the action expert.
        trunk_width, trunk_blocks: of the expert's first guess.
        rows: H, rows of a chunk.
        rows_patch: rows that one token of the expert stands for; H is a multiple of it.
        step_dt: time between rows [s].
        touch_samples: samples of force and touch that the expert feels, `step_dt` apart.
        flow_steps: of the integration when a chunk is drawn.
        cameras: names of the cameras, in the order of the images.
        image_size: side of the square images [px].
        vision_channels: of the stages of the small image encoder, which make images four times smaller, then twice each.
        vocabulary: number of word pieces of the small text encoder.
        text_length: word pieces at most.
        backbone: configuration of a transformers image-text model that takes the place of the two small encoders, or None.
        backbone_image: how an image stands among the backbone's words: see `backbone_images.image_block`.
        backbone_lora: adapters on the backbone: see `backbone.add_lora`.
        backbone_dtype: of its weights, ``float32`` or ``bfloat16``.
        dropout: of attention and feed-forward layers.
        use_touch: whether the expert gets force and touch; False makes the model that is compared with.
    """

    model_type = "tandem_vla"

    def __init__(
        self,
        width: int = 192,
        heads: int = 6,
        context_layers: int = 2,
        expert_layers: int = 4,
        trunk_width: int = 384,
        trunk_blocks: int = 2,
        rows: int = 16,
        rows_patch: int = 4,
        step_dt: float = 0.1,
        touch_samples: int = 4,
        flow_steps: int = 3,
        cameras: tuple[str, ...] | list[str] = names.CAMERAS,
        image_size: int = 96,
        vision_channels: tuple[int, ...] | list[int] = (48, 96, 192),
        vocabulary: int = 512,
        text_length: int = 24,
        backbone: dict[str, Any] | None = None,
        backbone_image: dict[str, Any] | None = None,
        backbone_lora: dict[str, Any] | None = None,
        backbone_dtype: str = "float32",
        dropout: float = 0.0,
        use_touch: bool = True,
        objects: int = grounding.OBJECTS,
        hand_width: int = features.HAND_WIDTH,
        object_width: int = features.OBJECT_WIDTH,
        touch_width: int = features.TOUCH_WIDTH,
        felt_width: int = 2 * features.FELT_WIDTH,
        action_width: int = actions.WIDTH,
        **kwargs: Any,
    ) -> None:
        self.width, self.heads = width, heads
        self.context_layers, self.expert_layers = context_layers, expert_layers
        self.trunk_width, self.trunk_blocks, self.rows_patch = trunk_width, trunk_blocks, rows_patch
        self.rows, self.step_dt, self.touch_samples, self.flow_steps = rows, step_dt, touch_samples, flow_steps
        self.cameras, self.image_size, self.vision_channels = list(cameras), image_size, list(vision_channels)
        self.vocabulary, self.text_length, self.backbone = vocabulary, text_length, backbone
        self.backbone_image, self.backbone_lora, self.backbone_dtype = backbone_image, backbone_lora, backbone_dtype
        self.dropout, self.use_touch = dropout, use_touch
        self.objects, self.hand_width, self.object_width = objects, hand_width, object_width
        self.touch_width, self.felt_width, self.action_width = touch_width, felt_width, action_width
        super().__init__(**kwargs)
