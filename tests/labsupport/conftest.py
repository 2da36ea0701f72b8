"""Its place puts this folder on the path of all tests below it, which share `answering`."""
