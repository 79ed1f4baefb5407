"""`python -m pipeline.validated` makes the suites in `expectations/` anew from the rules and the case model."""

from pipeline.settings import REPOSITORY
from pipeline.validated.suites import write_suites

if __name__ == "__main__":
    for path in write_suites(REPOSITORY / "expectations"):
        print(path.relative_to(REPOSITORY))
