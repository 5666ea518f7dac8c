"""Reading a vacancy notice: from the published text to values, each with the lines that prove it."""
