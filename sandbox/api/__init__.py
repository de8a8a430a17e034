"""The requester API, as Toloka documents it and toloka-kit 1.2.3 expects it: one file a noun."""
