"""A language model of transformers on this machine. It can't leave the schema: every field is chosen among what it may be.

An answer is built piece by piece. Where the schema leaves a choice, each continuation that it allows, with what closes it, is
scored by its log-likelihood, and the likeliest is taken: the mode of the model's distribution given the choices before.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from tandem.language.rewording.understanding import ModelError


class LocalModel:
    """Any causal language model.

    Args:
        model, tokenizer: as loaded.
        name: for messages.
    """

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, name: str) -> None:
        self._model, self._tokenizer, self.name = model.eval(), tokenizer, name

    @classmethod
    def load(cls, path: str) -> "LocalModel":
        """From a folder or from the hub; weights in safetensors only, and no code from there.

        Raises:
            ModelError: there is no such model.
        """
        try:
            tokenizer = AutoTokenizer.from_pretrained(path, trust_remote_code=False)
            model = AutoModelForCausalLM.from_pretrained(path, trust_remote_code=False, use_safetensors=True, dtype="auto")
        except (OSError, ValueError) as error:
            raise ModelError(f"no language model can be loaded from {path}: {error}") from error
        return cls(model, tokenizer, Path(path).name)

    def answer(self, task: str, text: str, schema: dict[str, Any]) -> str:
        """See `TextModel.answer`."""
        listed = schema["properties"]["orders"]
        fields: Mapping[str, Any] = listed["items"]["properties"]
        prompt, written = self._prompt(task, text), '{"orders": ['
        for count in range(int(listed["maxItems"])):
            another = (", " if count else "") + '{"'
            if self._choose(prompt + written, ("]}", another)) == "]}":
                break
            written += another[:-1]
            for index, (name, told) in enumerate(fields.items()):
                written += f'{", " if index else ""}"{name}": "'
                written += self._choose(prompt + written, [f'{option}"' for option in told["enum"]])
            written += "}"
        return written + "]}"

    def _prompt(self, task: str, text: str) -> str:
        if self._tokenizer.chat_template:
            said = [{"role": "system", "content": task}, {"role": "user", "content": text}]
            return str(self._tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True))
        return f"{task}\n{text}\nAnswer: "

    def _choose(self, before: str, options: Sequence[str]) -> str:
        scores = self._log_likelihoods(before, options)
        return options[max(range(len(options)), key=scores.__getitem__)]

    @torch.inference_mode()
    def _log_likelihoods(self, before: str, options: Sequence[str]) -> list[float]:
        """Of each option after the same beginning; all of them in one batch."""
        given = self._tokens(before)
        whole = [self._tokens(before + option) for option in options]
        # Where the beginning's last token runs on into the option, the tokens that both share are given.
        shared = min(len(given), *(_common(given, tokens) for tokens in whole))
        longest = max(len(tokens) for tokens in whole)
        padding = self._tokenizer.pad_token_id or 0
        ids = torch.tensor([tokens + [padding] * (longest - len(tokens)) for tokens in whole], device=self._model.device)
        mask = torch.tensor([[1] * len(tokens) + [0] * (longest - len(tokens)) for tokens in whole], device=self._model.device)
        logits = self._model(input_ids=ids, attention_mask=mask).logits[:, :-1].float().log_softmax(dim=-1)
        told = logits.gather(-1, ids[:, 1:, None])[..., 0] * mask[:, 1:]
        return [float(row) for row in told[:, max(shared - 1, 0) :].sum(dim=-1)]

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])


def _common(first: Sequence[int], second: Sequence[int]) -> int:
    same = 0
    for a, b in zip(first, second, strict=False):
        if a != b:
            break
        same += 1
    return same
