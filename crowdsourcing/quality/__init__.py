"""Rules of ours about the crowd's work, run by the clock."""
from crowdsourcing.quality.reissue import reissue_after_dispute

__all__ = ["reissue_after_dispute"]
