"""What a release says about itself: the dataset card and report.html."""
