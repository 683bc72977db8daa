"""``pathways doctor``: is this installation ready for real people? Each finding says what to do."""
