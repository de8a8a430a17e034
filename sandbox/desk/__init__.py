"""The sandbox's pages for people: the Toloker's desk, the task frame, and the requester's pages."""
