"""The engine's commands, a module a group."""
