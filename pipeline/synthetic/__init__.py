"""A made-up programme: eight partners' exports with planted effects and planted faults, all answers known."""
