"""Forms of this room, by noun. They say what a browser may send; the services check again."""
from crowdsourcing.forms.pools import PoolForm
from crowdsourcing.forms.projects import ProjectSetupForm, ProjectUpdateForm
from crowdsourcing.forms.reviews import AcceptForm, RejectForm

__all__ = ["AcceptForm", "PoolForm", "ProjectSetupForm", "ProjectUpdateForm", "RejectForm"]
