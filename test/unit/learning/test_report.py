from tandem.learning.evaluation.report import eval_report


def row(task: str, success: bool, contacts: int = 0) -> dict:
    return {
        "task": task,
        "instruction": f"Do {task}.",
        "seed": 1,
        "success": success,
        "duration_s": 10.0,
        "unintended_contacts": contacts,
        "interventions": 2,
        "failure": "" if success else "it fell",
    }


def test_counts_by_task_and_in_all() -> None:
    rows = [row("a", True), row("a", False, 1), row("b", True), row("b", True)]
    report = eval_report("tabletop", "skills", 5, rows, 12.0)
    assert report["schema"] == "tandem.eval/1"
    assert report["success_rate"] == 0.75
    assert report["unintended_contacts"] == 1
    assert report["tasks"]["a"] | {"n": 2, "successes": 1, "rate": 0.5, "interventions": 4} == report["tasks"]["a"]
    assert report["tasks"]["b"]["ci95"][1] == 1.0
    assert report["tasks"]["b"]["ci95"][0] < 0.5
    assert len(report["episodes"]) == 4
    assert report["machine"]["cores"] >= 1
    assert report["git"]
