"""A case's whole story, or a school's over years: as a page, as a PDF, and as a pack whose checksums verify."""
