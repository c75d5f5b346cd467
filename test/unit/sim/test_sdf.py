"""Scenes as SDF worlds, and the files that Gazebo's bridge reads."""

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml

from tandem.cell import description, paths
from tandem.sim import gazebo, sdf
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for, scene_names


@pytest.mark.parametrize("name", scene_names())
def test_things_weigh_and_stand_as_in_mujoco(name: str) -> None:
    scene = scene_for(name, 3)
    root = ElementTree.fromstring(sdf.world(scene))
    model = CellSim(scene).cell.model
    for item in scene.objects:
        made = root.find(f"world/model[@name='{item.name}']")
        assert made is not None
        assert np.array(made.findtext("pose", "").split(), float)[:3] == pytest.approx(item.pose.position)
        body = model.body(item.name)
        if item.setup is not None:  # it has links of its own
            total = sum(float(mass.text or "0") for mass in made.iter("mass"))
            assert total == pytest.approx(float(model.body_subtreemass[body.id]), rel=1e-3)
            continue
        assert float(made.findtext("link/inertial/mass", "0")) == pytest.approx(float(body.mass[0]), rel=1e-3)
        if item.category == "egg":  # it has a foot of its own weight in MuJoCo
            continue
        inertia = made.find("link/inertial/inertia")
        assert inertia is not None
        full = np.array([[float(inertia.findtext(f"i{min(a, b)}{max(a, b)}", "nan")) for b in "xyz"] for a in "xyz"])
        assert np.linalg.eigvalsh(full) == pytest.approx(np.sort(body.inertia), rel=1e-3)


def test_the_world_has_what_sensors_need() -> None:
    root = ElementTree.fromstring(sdf.world(scene_for("tabletop", 0)))
    assert {plugin.attrib["name"].rpartition("::")[2] for plugin in root.iter("plugin")} >= {"Physics", "Sensors", "ForceTorque"}
    assert root.findtext("world/plugin[@name='gz::sim::systems::Sensors']/render_engine") == "ogre2"


@pytest.mark.parametrize("namespace", ["", "cell_1"])
def test_the_bridge_names_topics_of_sensors_that_there_are(namespace: str, tmp_path: Path) -> None:
    told = gazebo.mappings(tmp_path, [str(paths.config("controllers/arms.yaml"))], namespace)
    robot = ElementTree.fromstring(description.urdf(**told))
    sensors = {str(sensor.findtext("topic")): sensor.attrib["type"] for sensor in robot.iter("sensor")}
    assert len(sensors) == 5
    bridged = yaml.safe_load(gazebo.bridge(tmp_path, paths.config("gazebo/bridge.yaml"), namespace).read_text())
    served = dict.fromkeys(sensors, 0)
    for entry in bridged:
        if entry["ros_topic_name"].strip("/") == "clock":
            continue
        topic = entry["gz_topic_name"]
        owner = topic if topic in sensors else topic.rpartition("/")[0]
        served[owner] += 1
        assert (entry["gz_type_name"] == "gz.msgs.Wrench") == (sensors[owner] == "force_torque")
    assert served == {topic: 3 if kind == "rgbd_camera" else 1 for topic, kind in sensors.items()}
    assert all(topic.startswith(namespace) for topic in sensors)


def test_gazebo_reads_the_controllers_of_both_files(tmp_path: Path) -> None:
    files = [str(paths.config(f"controllers/{name}.yaml")) for name in ("common", "arms")]
    file = gazebo.mappings(tmp_path, files)["controllers"]
    assert set(yaml.safe_load(Path(file).read_text())) >= {"/**/left_arm_controller", "/**/joint_state_broadcaster"}
    assert f"<parameters>{file}</parameters>" in description.urdf(**gazebo.mappings(tmp_path, files))


def test_mujoco_and_sdf_agree_on_the_friction() -> None:
    root = ElementTree.fromstring(sdf.world(scene_for("tabletop", 0)))
    slides = {float(str(entry.text)) for entry in root.iter("mu")}
    cube = CellSim(scene_for("tabletop", 0)).cell.model.geom("red_cube_0")
    assert list(slides) == pytest.approx([float(cube.friction[0])])


def test_the_boxes_moving_parts_stand_as_in_mujoco_and_can_go_where_they_can_there() -> None:
    scene = scene_for("busybox_full", 3)
    made = ElementTree.fromstring(sdf.world(scene)).find("world/model[@name='box']")
    sim = CellSim(scene)
    assert made is not None
    assert len(list(made.iter("joint"))) == 9
    for joint in made.iter("joint"):
        link = joint.findtext("child", "")
        name = "/".join(link.split("_"))
        pose = np.array(made.findtext(f"link[@name='{link}']/pose", "").split(), float)
        expected = scene.objects[0].pose.matrix @ [*pose[:3], 1.0]
        assert expected[:3] == pytest.approx(sim.data.body(name).xpos, abs=2e-4)
        if not name.startswith("box/knob"):
            now = float(sim.data.joint(name).qpos[0])
            limits = [float(joint.findtext(f"axis/limit/{side}", "nan")) + now for side in ("lower", "upper")]
            assert limits == pytest.approx(list(sim.cell.model.joint(name).range), abs=1e-3)
