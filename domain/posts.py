"""A post as the notice describes it, or as it was given to the vacancy later."""

from pydantic import BaseModel, ConfigDict

from domain.words import PostKind


class PostSpec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: PostKind
    grade_low: str
    grade_high: str
    division: str = ""
    role_profile: str = ""
    funded: bool = True

    @property
    def twin_graded(self) -> bool:
        return self.grade_low != self.grade_high
