"""What is taken over from earlier builds: rows of scenes that did not change, and what files held."""
