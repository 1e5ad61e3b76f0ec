from pathlib import Path

from tests.app.command.shell import afterloan


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    books = []
    for name in ("first", "second"):
        wanted = ("--loans", "100", "--seed", "417", "--as-of", "2026-09-30")
        done = afterloan("generate", *wanted, "--out", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
        books.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert books[0] == books[1]
    assert {"book.toml", "loans.csv"} <= set(books[0])
    assert books[0]["loans.csv"].count(b"\n") == 101


def test_no_more_loans_than_a_book_may_have(tmp_path: Path) -> None:
    done = afterloan("generate", "--loans", "1000001", "--out", str(tmp_path / "book"))
    assert done.returncode == 2
    assert not (tmp_path / "book").exists()
