"""The sandbox as a product of its own: `bin/sandbox` starts it with a PostgreSQL of its own, or runs a program against it."""
