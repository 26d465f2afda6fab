"""How the documentation is built: ``make docs``."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # columns.py

project = "RS-GPT4V"
author = "The RS-GPT4V contributors"
release = version = installed("rs-gpt4v")

extensions = ["myst_parser", "sphinx.ext.autodoc", "columns"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"{project} {version}"
html_static_path: list[str] = []

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

autodoc_member_order = "bysource"
autodoc_default_options = {
    "members": True,
    "show-inheritance": False,
    "exclude-members": "model_config",
}
autodoc_typehints = "signature"
