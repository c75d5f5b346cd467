"""What the cell sees in a simulated scene before anything moves."""

from tandem.cell.scene import Scene
from tandem.learning.evaluation.scenes import scene_for_instruction
from tandem.perception.estimator import SceneEstimator
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for

_LOOKS = 4
_SETTLE_STEPS = 50


def perceived_scene(text: str, seed: int) -> Scene:
    """The scene for a sentence, as perception sees it through the overhead camera."""
    sim = CellSim(scene_for(scene_for_instruction(text, seed), seed))
    estimator = SceneEstimator()
    scene = Scene()
    try:
        for _ in range(_LOOKS):
            sim.step(_SETTLE_STEPS)
            positions, velocities, _ = sim.joint_state()
            scene = estimator.update([sim.render("overhead_camera")], positions, velocities, sim.time)
    finally:
        sim.close()
    return scene
