"""Stories edited without a thought for the cases that are open: what the replay of old histories must catch."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.messages import CaseSpec
    from domain.words import Stage

from workflows.hire import Hire


@workflow.defn(name="Hire")
class Unchanged(Hire):
    """The control: made like the mutants below, and nothing changed."""

    @workflow.init
    def __init__(self, spec: CaseSpec) -> None:
        super().__init__(spec)

    @workflow.run
    async def run(self, spec: CaseSpec) -> str:
        return await super().run(spec)


@workflow.defn(name="Hire")
class SkipsTheAssessment(Hire):
    """A hire that was edited without a thought for open cases: the assessment is not asked for any more."""

    @workflow.init
    def __init__(self, spec: CaseSpec) -> None:
        super().__init__(spec)

    @workflow.run
    async def run(self, spec: CaseSpec) -> str:
        return await super().run(spec)

    async def assess(self) -> None:
        await self.leaving(Stage.ASSESSMENT)


@workflow.defn(name="Hire")
class AsksTwice(Hire):
    @workflow.init
    def __init__(self, spec: CaseSpec) -> None:
        super().__init__(spec)

    @workflow.run
    async def run(self, spec: CaseSpec) -> str:
        return await super().run(spec)

    async def assess(self) -> None:
        await self.ask("assessment", "assessment", 2)
        await super().assess()
