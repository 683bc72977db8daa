"""A case: its steps, the rows that a step writes, the messages that reach it, and what starts it."""
