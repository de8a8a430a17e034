"""Simulated Tolokers: they work through the Toloker API and editors' public HTTP APIs, as people's browsers would."""
