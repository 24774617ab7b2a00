"""What others may have the evaluation do: compare findings with the truth, on one clinic or on held-out ones."""

from chartwarden.evaluation.detection_page import detection_page
from chartwarden.evaluation.evaluate import evaluate
from chartwarden.evaluation.held_out import SEEDS, run_held_out
from chartwarden.evaluation.rendering import to_text

__all__ = ["SEEDS", "detection_page", "evaluate", "run_held_out", "to_text"]
