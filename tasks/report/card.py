"""The dataset card: README.md of a release, with the front matter that Hugging Face reads."""
