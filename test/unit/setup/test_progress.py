import pytest

from tandem.setup.progress import Progress


@pytest.mark.parametrize(("error", "outcome"), [(None, "done"), (ValueError, "failed"), (KeyboardInterrupt, "interrupted")])
def test_each_stage_says_how_it_ended(
    capsys: pytest.CaptureFixture[str], error: type[BaseException] | None, outcome: str
) -> None:
    progress = Progress(2)

    def stage() -> None:
        with progress.stage("packages"):
            if error is not None:
                raise error

    if error is None:
        stage()
    else:
        with pytest.raises(error):
            stage()
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"[1/2] packages: {outcome} in" in shown.err
