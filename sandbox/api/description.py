"""/openapi.json: the description of all three doors."""
from sandbox.http import Call, Reply


def serve(call: Call) -> Reply:
    """For anybody. See sandbox.openapi."""
    # Made when it is asked for: the description knows every view, and no view needs it.
    from sandbox.openapi.document import document

    return Reply(document())
