from tandem.learning.evaluation.schedule import Schedule


def test_periodic_and_single_actions_come_in_order_without_drift() -> None:
    schedule, done = Schedule(), []
    schedule.every(0.1, 0.0, lambda: done.append("tick"))
    schedule.every(0.3, 0.0, lambda: done.append("slow"))
    schedule.at(0.25, lambda: done.append("once"))
    times = []
    while len(done) < 60:
        time, action = schedule.pop()
        times.append(time)
        action()
    assert times == sorted(times)
    assert done[:5] == ["tick", "slow", "tick", "tick", "once"]
    assert done.count("once") == 1
    assert abs(times[-1] - round(times[-1], 1)) < 1e-9


def test_actions_of_one_time_keep_the_order_in_which_they_were_asked_for() -> None:
    schedule, done = Schedule(), []
    for name in "abc":
        schedule.at(1.0, lambda name=name: done.append(name))
    for _ in range(3):
        schedule.pop()[1]()
    assert done == ["a", "b", "c"]
