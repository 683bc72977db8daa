"""The pages, a module a subject: route, query or command, template."""
