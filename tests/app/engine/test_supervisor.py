from itertools import pairwise

from app.engine.supervisor import BACK_OFF_SECONDS_MAX, HEALTHY_SECONDS, Supervisor


class Engine:
    def __init__(self, name: str, record: list[str]) -> None:
        self.name = name
        self.record = record
        self.up = False
        self.starts = True

    def alive(self) -> bool:
        return self.up

    def start(self) -> None:
        self.record.append(f"start {self.name}")
        if not self.starts:
            raise OSError("no room")
        self.up = True

    def stop(self) -> None:
        self.record.append(f"stop {self.name}")
        self.up = False


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_stops_in_the_opposite_order() -> None:
    record: list[str] = []
    supervisor = Supervisor([Engine("a", record), Engine("b", record)])
    supervisor.start()
    supervisor.stop()
    assert record == ["start a", "start b", "stop b", "stop a"]


def test_only_the_dead_are_started() -> None:
    record: list[str] = []
    first, second = Engine("a", record), Engine("b", record)
    supervisor = Supervisor([first, second])
    supervisor.start()
    second.up = False
    supervisor.tend()
    assert record == ["start a", "start b", "start b"]


def test_waits_longer_and_longer_for_one_that_keeps_dying() -> None:
    record: list[str] = []
    clock, engine = Clock(), Engine("a", record)
    supervisor = Supervisor([engine], now=clock)
    supervisor.start()
    record.clear()
    tries = []
    for _ in range(1600):
        engine.up = False
        before = len(record)
        supervisor.tend()
        if len(record) > before:
            tries.append(clock.seconds)
        clock.seconds += 0.125
    pauses = [b - a for a, b in pairwise(tries)]
    assert pauses[:6] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
    assert set(pauses[6:]) == {BACK_OFF_SECONDS_MAX}


def test_a_long_healthy_life_is_a_new_beginning() -> None:
    record: list[str] = []
    clock, engine = Clock(), Engine("a", record)
    supervisor = Supervisor([engine], now=clock)
    supervisor.start()
    for _ in range(4):
        engine.up = False
        supervisor.tend()
        clock.seconds += BACK_OFF_SECONDS_MAX
    clock.seconds += HEALTHY_SECONDS
    record.clear()
    for _ in range(2):
        engine.up = False
        supervisor.tend()
        clock.seconds += 0.5
    assert record == ["start a", "start a"]


def test_a_failed_start_is_tried_again() -> None:
    record: list[str] = []
    clock, engine = Clock(), Engine("a", record)
    supervisor = Supervisor([engine], now=clock)
    supervisor.start()
    engine.up, engine.starts = False, False
    supervisor.tend()
    assert not engine.up
    engine.starts = True
    clock.seconds += 0.5
    supervisor.tend()
    assert engine.up
