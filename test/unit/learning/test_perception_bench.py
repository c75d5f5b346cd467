"""Perception on drawn scenes, against the simulator's truth."""

from tandem.learning.perception_bench import bench_perception


def test_objects_are_found_where_they_are() -> None:
    figures = bench_perception(6, seed=40)
    assert figures.objects >= 18
    assert figures.missed == ()
    assert figures.false == ()
    assert figures.position_mm[0] < 1.0
    assert figures.position_mm[1] < 2.0
    assert figures.height_mm[1] < 1.0
    assert figures.yaw_deg[1] < 2.0


def test_noisy_depth_is_borne() -> None:
    figures = bench_perception(4, seed=60, depth_noise=0.002)
    assert figures.missed == ()
    assert figures.false == ()
    assert figures.position_mm[1] < 3.0
    assert figures.yaw_deg[1] < 3.0
