"""Work that falls due: the queue of jobs, the outbox, and the figures that a monitor reads."""
