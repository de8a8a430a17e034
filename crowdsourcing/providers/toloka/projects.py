"""Requester and projects."""
from datetime import UTC, datetime

from crowdsourcing.providers.base import ProjectSpec, RemoteProject, RequesterInfo
from crowdsourcing.providers.toloka.connection import Connection
from crowdsourcing.providers.toloka.marks import carries
from crowdsourcing.providers.toloka.words import project_from, project_json, requester_from

# The platform's limit for lists other than assignments and tasks.
PAGE = 300


class Projects(Connection):
    def requester(self) -> RequesterInfo:
        return requester_from(self.call("get", "/v1/requester"))

    def ensure_project(self, spec: ProjectSpec) -> RemoteProject:
        for asked_at, items in self.pages("/v1/projects", {}, limit=PAGE):
            for item in items:
                if carries(item, spec.mark):
                    return project_from(item, asked_at)
        made = self.call("post", "/v1/projects", json=project_json(spec))
        return project_from(made, datetime.now(UTC))

    def update_project(self, project_id: str, spec: ProjectSpec) -> RemoteProject:
        """What a requester changed beyond our fields in the platform's own pages stays."""
        found = self.call("get", f"/v1/projects/{project_id}")
        saved = self.call("put", f"/v1/projects/{project_id}", json={**found, **project_json(spec)})
        return project_from(saved, datetime.now(UTC))

    def project(self, project_id: str) -> RemoteProject:
        asked_at = datetime.now(UTC)
        return project_from(self.call("get", f"/v1/projects/{project_id}"), asked_at)

    def archive_project(self, project_id: str) -> RemoteProject:
        asked_at, found = self.moved(f"/v1/projects/{project_id}/archive", f"/v1/projects/{project_id}", "ARCHIVED")
        return project_from(found, asked_at)
