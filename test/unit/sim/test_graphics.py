"""Drawing without a screen."""

import importlib
from types import SimpleNamespace

import pytest

from tandem.sim.graphics import offscreen_context


def test_the_other_platform_is_tried_and_both_reasons_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def broken(name: str) -> SimpleNamespace:
        tried.append(name)
        raise OSError(f"{name} is not installed")

    monkeypatch.delenv("MUJOCO_GL", raising=False)
    monkeypatch.setattr(importlib, "import_module", broken)
    with pytest.raises(RuntimeError, match=r"libegl1.*mujoco\.egl is not installed.*mujoco\.osmesa is not installed"):
        offscreen_context(64, 48)
    assert tried == ["mujoco.egl", "mujoco.osmesa"]


def test_the_chosen_platform_is_the_only_one_that_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    made = SimpleNamespace(GLContext=lambda width, height: (width, height))
    monkeypatch.setenv("MUJOCO_GL", "osmesa")
    monkeypatch.setattr(importlib, "import_module", {"mujoco.osmesa": made}.__getitem__)
    assert offscreen_context(64, 48) == (64, 48)
