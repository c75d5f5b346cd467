"""A place to draw without a screen: by EGL, else by OSMesa, both of which also work without a graphics card."""

import importlib
import os
from typing import Any

_NEEDED = "it needs EGL (Debian: libegl1, libgl1-mesa-dri) or OSMesa (libosmesa6)"


def offscreen_context(width: int, height: int) -> Any:
    """An OpenGL context that can draw images up to that size [px], bound to this thread by its ``make_current``.

    The environment variable ``MUJOCO_GL``, ``egl`` or ``osmesa``, picks one of the two.

    Raises:
        RuntimeError: this machine offers neither.
    """
    chosen = os.environ.get("MUJOCO_GL", "").lower()
    reasons = []
    for platform in (chosen,) if chosen in ("egl", "osmesa") else ("egl", "osmesa"):
        before = os.environ.get("PYOPENGL_PLATFORM")
        try:
            return importlib.import_module(f"mujoco.{platform}").GLContext(width, height)
        except Exception as error:
            reasons.append(f"{platform}: {error}")
            if before is None:
                os.environ.pop("PYOPENGL_PLATFORM", None)  # the import sets it, which would bar the other platform
    raise RuntimeError(f"can't draw images: {_NEEDED}; tried {'; '.join(reasons)}")
