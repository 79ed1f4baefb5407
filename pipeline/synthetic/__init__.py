"""A made-up programme: eight partners' exports with planted effects and planted faults, all answers known."""

from pipeline.synthetic.synthesis import MANIFEST, synthesize, write_sample

__all__ = ["MANIFEST", "synthesize", "write_sample"]
