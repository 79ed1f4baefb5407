"""`python -m pipeline.synthetic FOLDER` writes the repository's sample anew."""

import sys
from pathlib import Path

from pipeline.synthetic import write_sample

write_sample(Path(sys.argv[1]))
