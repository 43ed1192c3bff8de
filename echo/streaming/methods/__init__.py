"""What can be asked on a socket: one file for each noun."""
