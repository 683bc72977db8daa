"""The register of schools, and the national extract that brings it up to date."""
