"""One file a noun: `described()` gives each view its description, `components()` the shapes that several share."""
