"""Who is using the pages: accounts, sign-in, and which routes each may open."""
