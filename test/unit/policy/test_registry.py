import pytest

from tandem.policy import registry


def test_makes_the_skills_policy() -> None:
    assert registry.make("skills").name == "skills"


def test_says_which_policies_there_are() -> None:
    with pytest.raises(KeyError, match=r"no policy named 'magic'; there are .*skills"):
        registry.make("magic")


def test_says_which_options_there_are() -> None:
    with pytest.raises(ValueError, match="the policy 'skills' has no option 'url'; it has none"):
        registry.make("skills", options={"url": "ws://localhost:8000"})


def test_lerobots_pickles_are_refused_with_the_reason_and_the_way_out() -> None:
    with pytest.raises(ValueError, match=r"CVE-2026-25874.*tandem serve"):
        registry.make("lerobot")
    with pytest.raises(ValueError, match="CVE-2026-25874"):
        registry.check("lerobot", {})
    assert "lerobot" not in registry.names()


def test_options_are_written_as_key_and_value() -> None:
    assert registry.parse_options(["url=ws://here:1", "a = b=c"]) == {"url": "ws://here:1", "a": "b=c"}
    with pytest.raises(ValueError, match="'url' is no option; write it as key=value"):
        registry.parse_options(["url"])


def test_a_checkpoint_that_is_not_there_is_missed_before_a_cell_comes_up() -> None:
    with pytest.raises(ValueError, match="there is no checkpoint folder /nowhere"):
        registry.check("skills", {"checkpoint": "/nowhere"})
