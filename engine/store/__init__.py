"""The database: how it is opened, its tables, and whose rows a session may see."""
