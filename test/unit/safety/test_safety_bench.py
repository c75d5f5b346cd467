"""The figures come out as the command shows them; how large they are is not a matter for tests."""

from tandem.safety.bench import bench_safety


def test_every_figure_has_measurements() -> None:
    figures = bench_safety(3)
    assert len({name for name, _, _ in figures}) == len(figures)
    assert all(values and unit for _, unit, values in figures)
    passed = {name: values[0] for name, unit, values in figures if unit == "share"}
    assert set(passed.values()) == {1.0}, "smooth chunks near obstacles are passed as they are"
