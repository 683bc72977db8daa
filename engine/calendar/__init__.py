"""School time: calendars of terms, the timers and due dates that go by them, and the files that they are read from."""
