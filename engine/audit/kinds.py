"""What an entry of the audit trail can be about: a closed vocabulary, each kind with the name that pages and files show."""

from __future__ import annotations

#: What is written where a table is changed for which nobody has said what that means: it is never lost, and a test asks for it.
ADDED, CHANGED, REMOVED = "record.added", "record.changed", "record.removed"

CASES = {
    "case.started": "Case started",
    "case.advanced": "Case went on",
    "case.completed": "Case ended",
    "case.cancelled": "Case cancelled",
    "case.corrected": "Values of a case corrected",
    "case.moved": "Case moved to the school that took over",
    "case.suspended": "Case suspended",
    "case.resumed": "Case resumed",
    "case.migrated": "Case moved to another version of its process",
    "case.reverted": "Move to another version undone",
    "case.changed": "Case changed",
    "case.archived": "Case archived",
    "case.deleted": "Case deleted, by the retention schedule",
    "disposal.listed": "Case listed as due for deletion",
    "disposal.approved": "Deletion of a case approved",
    "disposal.kept": "Case kept back from deletion",
    "disposal.withdrawn": "Deletion of a case withdrawn",
    "hold.set": "Legal hold set",
    "hold.lifted": "Legal hold lifted",
    "conflict.barred": "Somebody barred from a case, for a conflict of interest",
    "conflict.lifted": "Somebody who was barred from a case let in again",
    "migration.begun": "Cases moved to another version",
    "migration.stayed": "Case stayed on its version",
    "migration.undone": "Undoing of a move asked for",
    "batch.started": "Process started for many schools",
    "date.changed": "Date changed by a manager",
    "date.moved": "Date of a notice moved",
    "date.confirmed": "Moved date confirmed",
    "incident.raised": "Incident raised",
    "incident.mended": "Incident mended",
    "incident.retried": "Incidents of one cause tried again",
}
TASKS = {
    "task.claimed": "Task claimed",
    "task.released": "Task released",
    "task.reassigned": "Task reassigned",
    "task.delegated": "Task delegated",
    "task.returned": "Delegated task given back",
    "task.reminded": "Reminded of a task",
    "task.changed": "Task changed",
    "task.completed": "Task completed",
    "task.corrected": "Answer of a task corrected",
    "comment.added": "Comment added",
    "list.saved": "List of tasks or cases saved",
    "list.removed": "Saved list of tasks or cases removed",
    "link.made": "Link to a task made",
    "link.code": "Code of a link sent",
    "link.refused": "Wrong code of a link",
    "link.used": "Link to a task used",
    "link.ended": "Link to a task ended",
}
MESSAGES = {
    "message.reported": "Event reported",
    "message.sent": "Message sent",
    "message.undelivered": "Message found nobody",
    "message.resent": "Message sent again",
    "message.redirected": "Message delivered by hand",
    "message.rested": "Message let rest",
    "mail.sent": "Mail sent",
}
FILES = {
    "file.added": "File added",
    "file.removed": "File removed",
    "file.changed": "File changed",
    "pack.made": "Evidence pack made",
    "report.made": "Report drafted",
    "report.written": "Report written on",
    "report.approved": "Report approved",
}
PROCESSES = {
    "deployment.made": "Processes deployed",
    "deployment.planned": "Deployment handed in for approval or for a date",
    "deployment.decided": "Planned deployment approved, refused, called off or carried out",
    "process.retired": "Process retired",
    "process.taken-up": "Retirement of a process taken back",
    "drawing.begun": "Draft of a diagram begun",
    "drawing.changed": "Draft of a diagram renamed, ended or restored",
    "rehearsal.saved": "Rehearsal saved",
    "rehearsal.removed": "Rehearsal removed",
}
PEOPLE = {
    "school.added": "School added",
    "school.changed": "School changed",
    "school.categorised": "School categorised",
    "register.imported": "Register of schools imported",
    "succession.found": "Succession of schools found",
    "succession.decided": "Succession of schools decided",
    "person.added": "Person added",
    "person.changed": "Person changed",
    "role.added": "Role of a person added",
    "role.changed": "Role of a person changed",
    "role.removed": "Role of a person removed",
    "cover.set": "Cover set",
    "cover.ended": "Cover changed or ended",
    "preference.changed": "Way of being told changed",
}
ACCOUNTS = {
    "account.added": "Account added",
    "account.changed": "Account changed",
    "account.removed": "Account removed",
    "account.roles": "Roles of an account changed",
    "account.closed": "Account closed",
    "account.reopened": "Account reopened",
    "password.changed": "Password changed",
    "password.link": "Link for a new password made",
    "codes.begun": "Codes of an app set up",
    "feed.begun": "Address of a calendar made",
    "feed.ended": "Address of a calendar ended",
    "codes.ended": "Codes of an app taken away",
    "codes.recovery": "Recovery code used, or recovery codes made anew",
}
SIGN_INS = {
    "sign-in.succeeded": "Signed in",
    "sign-in.refused": "Sign-in refused",
    "sign-in.ended": "Signed out",
    "sign-in.forced": "Signed out everywhere",
}
ACCESS = {
    "view.confidential": "Confidential data viewed",
    "access.refused": "Access refused",
    "audit.viewed": "Audit trail viewed",
    "audit.exported": "Audit trail exported",
    "person.searched": "What is kept of a person looked for",
    "person.exported": "What is kept of a person exported",
}
INSTALLATION = {
    "calendar.changed": "Calendars changed",
    "clock.moved": "Sample clock moved",
    "setting.changed": "Setting changed",
    ADDED: "Record added",
    CHANGED: "Record changed",
    REMOVED: "Record removed",
}
#: The groups in which a page offers them.
GROUPS = {
    "Sign-ins": SIGN_INS,
    "Access": ACCESS,
    "Cases": CASES,
    "Tasks and links": TASKS,
    "Messages": MESSAGES,
    "Files and packs": FILES,
    "Schools and people": PEOPLE,
    "Accounts": ACCOUNTS,
    "Processes": PROCESSES,
    "Installation": INSTALLATION,
}
KINDS = {kind: name for group in GROUPS.values() for kind, name in group.items()}
