"""The process that plays the stories and takes their steps."""
