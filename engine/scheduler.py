"""The dispatcher: APScheduler wakes it when the next job is due, at a heartbeat, and at once when new jobs appear.

What is to be done stands in the database alone, so any number of workers may run, on any number of machines, and one
that dies loses nothing. A worker that is idle costs one look at an index each heartbeat. It hears of new jobs from
the engine of its own process, and on PostgreSQL from all others (LISTEN/NOTIFY, by a trigger on the tables).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from threading import Event, Lock, Thread

import psycopg
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from engine.audit import Origin, coming_from
from engine.audit.origin import WORKER
from engine.clock import SystemClock
from engine.runtime import Engine

CHANNEL = "pathways_jobs"
#: Seconds before looking again at work that is due but held by another worker.
HELD_PAUSE = 1.0
#: Seconds before a lost connection for LISTEN is tried again.
RECONNECT_PAUSE = 5.0
log = logging.getLogger("pathways.worker")


class Scheduler:
    """Runs an engine's due jobs and outbox: in the background (:meth:`start`) or as a worker process (:meth:`run`)."""

    def __init__(self, engine: Engine, heartbeat: timedelta | None = None) -> None:
        self._engine = engine
        self._heartbeat = (heartbeat or engine.config.heartbeat).total_seconds()
        self._machine = SystemClock()  # APScheduler sleeps by the machine's clock, whatever time the engine has
        self._stopping, self._ended = Event(), Event()
        self._busy = Lock()
        self._asked = Event()
        self._timer = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone="UTC")

    def start(self) -> None:
        """Work in a background thread from now on."""
        self._engine.on_work(self.wake)
        every = {"id": "heartbeat", "max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        self._timer.add_job(self._work, "interval", seconds=self._heartbeat, **every)
        self._timer.start()
        self.wake()
        url = self._engine.database.listening_url()
        if url is not None:
            Thread(target=self._listen, args=(url,), name="pathways-listen", daemon=True).start()

    def run(self) -> None:
        """Work until :meth:`stop` is called, from a signal handler or another thread."""
        self.start()
        self._stopping.wait()
        self._shut()

    def stop(self) -> None:
        """Stop after the job in hand. Safe in a signal handler."""
        self._stopping.set()

    def close(self) -> None:
        """Stop, and wait for the job in hand."""
        self.stop()
        self._shut()

    def _shut(self) -> None:
        if self._timer.running:
            self._timer.pause()  # or it still hands out a job that is due while its threads are being ended
            self._timer.shutdown(wait=True)

    def wake(self) -> None:
        """Look for work now."""
        self._asked.set()  # a look that is under way will look once more
        if not self._busy.locked():
            self._at(self._machine.now(), "asked")

    def _at(self, moment: datetime, name: str = "due") -> None:
        """Work at a moment. Being asked has a name of its own: the next due time must not take its place."""
        if not self._stopping.is_set():
            # More than one instance, since APScheduler counts one that is just ending and would pass this one over.
            sooner = {"replace_existing": True, "misfire_grace_time": None, "max_instances": 3}
            self._timer.add_job(self._work, "date", run_date=moment, id=name, **sooner)

    def _work(self) -> None:
        """Do all that is due, then sleep until the next."""
        with self._busy, coming_from(Origin(WORKER)):
            try:
                self._drain()
                self._sleep()
            except Exception:
                # The database may be away for a while: the heartbeat comes back.
                log.exception("The worker could not look for work; it tries again at the next heartbeat.")
                return
        if self._asked.is_set():  # asked between the last look and the end of this one
            self._at(self._machine.now(), "asked")

    def _drain(self) -> None:
        self._asked.clear()
        self._engine.calendars.follow()
        while not self._stopping.is_set() and self._engine.jobs.fire_next_due():
            self._asked.clear()  # whatever was asked for so far, the next look sees
        if not self._stopping.is_set():
            self._engine.jobs.free_claims()
            self._engine.jobs.tell_late()
            self._engine.jobs.send_digests()
            self._engine.jobs.send_outbox()
            self._engine.drafts.forget_old()
            self._engine.retention.follow()
            self._engine.figures.follow()
            self._engine.reports.follow()

    def _sleep(self) -> None:
        due = self._engine.jobs.next_due()
        if due is not None:
            wait = (due - self._engine.clock.now()).total_seconds()
            if wait < self._heartbeat:
                self._at(self._machine.now() + timedelta(seconds=max(wait, HELD_PAUSE if wait <= 0 else 0)))

    def _listen(self, url: str) -> None:
        """Wake at each NOTIFY. Only a hint: whatever is missed here is found at the heartbeat."""
        while not self._stopping.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    while not self._stopping.is_set():
                        for _ in connection.notifies(timeout=1.0, stop_after=1):
                            self.wake()
            except psycopg.Error:
                log.warning("The connection that listens for new jobs was lost; the heartbeat goes on.")
                self._stopping.wait(RECONNECT_PAUSE)
