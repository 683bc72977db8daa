"""Sample mode: its clock, its sign-ins and its invented year."""
