"""How images get into a task: sources -> checks -> files and rows."""
