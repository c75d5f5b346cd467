"""A language model behind an OpenAI-compatible endpoint: vLLM, llama.cpp, Ollama, Azure AI Foundry, OpenAI."""

import json
import os
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from tandem.language.rewording.understanding import ModelError

KEY = "TANDEM_LLM_KEY"
"""Environment variable that holds the endpoint's key, so that it stands in no file and in no parameter."""

_LONGEST_ANSWER = 1 << 20


class EndpointModel:
    """Asks for structured output (``response_format`` ``json_schema``), at temperature 0.

    Args:
        url: up to and without ``/chat/completions``, such as ``http://localhost:8000/v1``; what follows a ``?`` is kept.
        model: its name there.
        timeout_s: for one answer.

    Raises:
        ValueError: the address isn't one of http or https.
    """

    def __init__(self, url: str, model: str, timeout_s: float = 20.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError(f"'{url}' is no http or https address of an endpoint")
        self._url = parts._replace(path=f"{parts.path.rstrip('/')}/chat/completions").geturl()
        self.name, self._model, self._timeout = model or parts.netloc, model, timeout_s

    def answer(self, task: str, text: str, schema: dict[str, Any]) -> str:
        """See `TextModel.answer`."""
        asked = {
            "model": self._model,
            "temperature": 0,
            "messages": [{"role": "system", "content": task}, {"role": "user", "content": text}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "orders", "strict": True, "schema": schema}},
        }
        request = urllib.request.Request(self._url, json.dumps(asked).encode(), self._headers())
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as response:
                told = json.loads(response.read(_LONGEST_ANSWER))
            return str(told["choices"][0]["message"]["content"])
        except urllib.error.HTTPError as error:
            raise ModelError(f"{self._url} answered {error.code}: {error.read(300).decode(errors='replace')}") from error
        except (OSError, json.JSONDecodeError) as error:
            raise ModelError(f"{self._url} gives no answer: {error}") from error
        except (KeyError, IndexError, TypeError) as error:
            raise ModelError(f"{self._url} answered with something that is no chat completion") from error

    @staticmethod
    def _headers() -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if key := os.environ.get(KEY):
            headers |= {"Authorization": f"Bearer {key}", "api-key": key}  # Azure takes the second
        return headers
