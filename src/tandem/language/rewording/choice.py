"""Which language model stands behind the grammar, as parameters and options name it."""

from tandem.language.rewording.understanding import TextModel

KINDS = ("none", "endpoint", "local")


def text_model(kind: str, model: str = "", url: str = "") -> TextModel | None:
    """The model, loaded; None for the grammar alone.

    Args:
        kind: ``none``; ``endpoint``, any that speaks OpenAI's protocol; ``local``, of transformers, from a folder or the hub.
        model: its name there, or where it is.
        url: of the endpoint, up to ``/v1``.

    Raises:
        ValueError: it is of no known kind, or something isn't said.
        ModelError: it can't be loaded.
    """
    if kind in ("", "none"):
        return None
    if kind not in KINDS:
        raise ValueError(f"a language model is one of {', '.join(KINDS)}, not '{kind}'")
    if kind == "endpoint":
        from tandem.language.rewording.endpoint import EndpointModel

        if not url:
            raise ValueError("an endpoint needs its address, such as http://localhost:8000/v1")
        return EndpointModel(url, model)
    if not model:
        raise ValueError("a local language model needs a folder, or its name on the hub")
    from tandem.language.rewording.local import LocalModel

    return LocalModel.load(model)
