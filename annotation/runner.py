def run(request_id: str) -> None:
    raise NotImplementedError
