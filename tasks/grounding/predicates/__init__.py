"""What can be said of objects, each judged by labels and pixels: places, relations, looks, layouts."""
