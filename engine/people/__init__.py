"""Who may do what: authorities with their roles, and what a role permits."""
