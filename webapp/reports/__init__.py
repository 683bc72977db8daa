"""Reports that policies ask for: templates that a council edits, drafts made of them from the cases, and their files."""
