"""Addresses of a platform's requester pages.

Paths as toloka-kit 1.2.3 prints them; production's pages live on another host than its API.
"""
_PAGES_HOST = {
    "https://toloka.dev": "https://platform.toloka.ai",
    "https://api.toloka.ai": "https://platform.toloka.ai",
}


def project_page(root: str, project_id: str) -> str:
    return f"{_PAGES_HOST.get(root, root)}/requester/project/{project_id}"


def pool_page(root: str, project_id: str, pool_id: str) -> str:
    return f"{project_page(root, project_id)}/pool/{pool_id}"
