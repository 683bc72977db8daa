"""Forms as pages: fields to fill in, answers to read, and what is kept from whom."""
