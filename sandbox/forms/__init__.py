"""What requesters send: checked field by field, errors by dotted path. Nothing here touches the database."""
