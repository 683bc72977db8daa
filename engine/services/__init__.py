"""What an engine does, a class a noun, as Camunda has its services. Each command is one transaction.

A command that acts on a case locks the case's row first (on PostgreSQL by SELECT ... FOR UPDATE, on SQLite by BEGIN
IMMEDIATE; the row's revision is checked as well), checks that what it acts on is still open, asks ``engine.spiff`` for
the outcome of the step, lets ``engine.cases.records`` write it, and commits. If anything fails on the way, nothing has
happened.

Wherever a method takes ``by``, that is a username, which acts without a check of roles (library, command line), or a
:class:`~engine.store.tenancy.Scope`, which may only do what its authority and roles allow.
"""
