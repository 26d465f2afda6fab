"""Pictures: headers, windowed reading as 8-bit RGB, windows, JPEG."""
