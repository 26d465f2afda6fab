"""What text says about objects: tags that tie phrases to them, and checks of what is claimed."""
