import pytest

from tandem.policy import registry


def test_makes_the_skills_policy() -> None:
    assert registry.make("skills").name == "skills"


def test_says_which_policies_there_are() -> None:
    with pytest.raises(KeyError, match="no policy named 'magic'; there are skills"):
        registry.make("magic")
