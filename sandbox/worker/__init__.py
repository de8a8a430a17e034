"""The Toloker API: what the desk page and the robots use."""
