"""How rows look over HTTP, in CVAT's field names; fields of ours are added, never in place of CVAT's."""
