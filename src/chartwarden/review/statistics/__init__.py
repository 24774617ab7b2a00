"""Statistics of the detectors: pure functions of numbers, each with the paper it comes from."""
