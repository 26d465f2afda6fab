"""Labels in words become instruction samples: batches of tiles in, batches of drafts out."""

from schemas.label_params import LABEL_FORMS
from tasks.labels.adaption import PROMPTS, adapt_labels, load_how
from tasks.labels.how import How
from tasks.labels.sheet import Adapted

__all__ = ["LABEL_FORMS", "PROMPTS", "Adapted", "How", "adapt_labels", "load_how"]
