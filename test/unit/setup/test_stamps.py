from pathlib import Path

from tandem.setup import stamps


def test_digest_follows_the_contents_names_and_facts_but_not_the_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    two.write_text("b")
    before = stamps.digest_of([one, two], "3.11")
    assert stamps.digest_of([two, one], "3.11") == before
    assert stamps.digest_of([one, two], "3.12") != before
    assert stamps.digest_of([one], "3.11") != before
    two.write_text("c")
    assert stamps.digest_of([one, two], "3.11") != before


def test_digest_is_the_same_wherever_the_checkout_lies(tmp_path: Path) -> None:
    digests = []
    for place in ("here", "there"):
        (tmp_path / place).mkdir()
        file = tmp_path / place / "input"
        file.write_text("same")
        digests.append(stamps.digest_of([file]))
    assert digests[0] == digests[1]


def test_a_stamp_is_read_back_and_a_lost_or_spoilt_one_says_nothing(tmp_path: Path) -> None:
    stamp = tmp_path / "folder" / "stamp"
    assert stamps.read(stamp) == ""
    stamps.write(stamp, "made")
    assert stamps.read(stamp) == "made"
    assert [path.name for path in stamp.parent.iterdir()] == ["stamp"]
    stamp.write_bytes(b"\xff\xfe")
    assert stamps.read(stamp) == ""
