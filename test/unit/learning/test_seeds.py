from tandem.learning.evaluation.seeds import episode_seed


def test_seeds_are_stable_and_differ() -> None:
    assert episode_seed(0, "lift_tray", 0) == episode_seed(0, "lift_tray", 0)
    seeds = {episode_seed(base, task, index) for base in range(5) for task in ("lift_tray", "stack") for index in range(50)}
    assert len(seeds) == 500
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_the_seeds_of_published_reports_stay_what_they_are() -> None:
    assert episode_seed(0, "red_cube_in_blue_bin", 0) == 281654273
