"""The small model's word pieces: a byte-pair encoding trained on the project's own sentences."""

from collections.abc import Iterable

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

_SPECIAL = ("<pad>", "<unknown>", "<start>")


def train_tokenizer(sentences: Iterable[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """A tokenizer of at most that many pieces; letters that it never saw become ``<unknown>``."""
    tokenizer = Tokenizer(models.BPE(unk_token=_SPECIAL[1]))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)]
    )
    alphabet = list("abcdefghijklmnopqrstuvwxyz0123456789.,'-")
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=list(_SPECIAL), initial_alphabet=alphabet, limit_alphabet=64, show_progress=False
    )
    tokenizer.train_from_iterator(sentences, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<start> $A", special_tokens=[("<start>", 2)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token=_SPECIAL[0], unk_token=_SPECIAL[1], bos_token=_SPECIAL[2]
    )
