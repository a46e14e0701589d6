"""All workers, and the questions that any of them can answer."""

import asyncio
from collections.abc import Callable, Iterable

from . import pipe, wire
from .refusal import Refusal
from .seat import Ask, News, Seat

MOST_CHECKS = 100
"""Checks that may wait for a worker."""


class Staff:
    """A seat for each worker. ``hear`` gets what they tell of runs, ``lost`` how one ended."""

    def __init__(self, hear: Callable[[Seat, News], None], lost: Callable[[Seat, str], None]) -> None:
        self.seats: list[Seat] = []
        self._hear = hear
        self._lost = lost
        self._unasked: list[tuple[Callable[[int], pipe.Order], Ask]] = []
        """Questions that wait until a worker is ready."""

    def employ(self, setup: pipe.Setup, preload: Iterable[str]) -> None:
        """Keep one more worker from now on."""
        self.seats.append(Seat(setup, preload, self._take, self._mourn))
        self.seats[-1].open()

    async def stop(self) -> None:
        """End all workers."""
        await asyncio.gather(*(seat.close() for seat in self.seats))

    def workers(self) -> list[wire.WorkerInfo]:
        """How all workers are."""
        return [seat.info for seat in self.seats]

    def at(self, run: int) -> Seat:
        """Who is at a run."""
        return next(seat for seat in self.seats if seat.run == run)

    def ready(self) -> Seat:
        """A worker that can answer; Refusal if there is none."""
        for seat in self.seats:
            if seat.state == "ready":
                return seat
        self.check_hope()
        raise Refusal("the worker is starting; ask again in a moment")

    def send_all(self, order: pipe.Order) -> None:
        """Tell all workers something."""
        for seat in self.seats:
            seat.send(order)

    def ask(self, order: Callable[[int], pipe.Order], hear: Ask) -> None:
        """Ask any worker, when one is ready; None is the answer if none ever will be."""
        if any(seat.state == "ready" for seat in self.seats):
            self.ready().ask(order, hear)
            return
        self.check_hope()
        if len(self._unasked) >= MOST_CHECKS:
            raise Refusal(f"{MOST_CHECKS} checks wait for a worker already; ask again when it is ready")
        self._unasked.append((order, hear))

    @property
    def hopeless(self) -> bool:
        """No worker can even begin."""
        return bool(self.seats) and all(seat.hopeless for seat in self.seats)

    @property
    def excuse(self) -> str:
        """Why a worker gave no answer, and what to do."""
        if self.hopeless:
            return f"the worker {self.seats[0].ended}; see to it, and start the server again"
        return "the worker was lost; ask again"

    def check_hope(self) -> None:
        """Refuse what would wait for ever."""
        if self.hopeless:
            raise Refusal(self.excuse)

    def _take(self, seat: Seat, message: News) -> None:
        self._hear(seat, message)
        if isinstance(message, pipe.Ready):
            unasked, self._unasked = self._unasked, []
            for order, hear in unasked:
                seat.ask(order, hear)

    def _mourn(self, seat: Seat, how: str) -> None:
        self._lost(seat, how)
        if self.hopeless:
            unasked, self._unasked = self._unasked, []
            for _, hear in unasked:
                hear(None)
