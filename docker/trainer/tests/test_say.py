"""What is said, and how often."""

from craft_trainer.say import Patience, Progress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_same_sentence_comes_once_a_minute(capsys):
    clock = Clock()
    patience = Patience(clock)
    for clock.now in (0, 30, 59, 60):
        patience.say("waiting")
    patience.say("something else")
    assert capsys.readouterr().out.count("waiting") == 2


def test_without_a_terminal_progress_is_a_line_now_and_then_and_one_at_the_end(capsys):
    clock = Clock()
    progress = Progress(clock)
    for clock.now in range(1, 31):
        progress.show(int(clock.now), 30, "loss 1")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 and lines[-1].endswith("[########################] 30 of 30, loss 1")
