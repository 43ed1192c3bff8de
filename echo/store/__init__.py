"""Every query. The viewer comes first; what ignores visibility says so in its name."""
