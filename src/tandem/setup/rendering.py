"""Finds out what MuJoCo can draw pictures with on this machine, without a display."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

RENDERERS = ("egl", "osmesa")
"""In the order of preference: EGL uses a graphics card where there is one."""

_PROBE = """
import mujoco
model = mujoco.MjModel.from_xml_string("<mujoco><worldbody><light/><geom size='.1' rgba='1 0 0 1'/></worldbody></mujoco>")
data = mujoco.MjData(model)
mujoco.mj_forward(model, data)
with mujoco.Renderer(model, 32, 32) as renderer:
    renderer.update_scene(data)
    assert renderer.render().max() > 0
"""


def works(renderer: str, python: Path, env: Mapping[str, str]) -> bool:
    """Whether a small picture comes out."""
    probe = [str(python), "-c", _PROBE]
    try:
        done = subprocess.run(probe, env={**env, "MUJOCO_GL": renderer}, capture_output=True, check=False, timeout=60)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def choose(python: Path, env: Mapping[str, str]) -> str:
    """The first renderer that works, or ``none``."""
    return next((renderer for renderer in RENDERERS if works(renderer, python, env)), "none")
