"""Every change, as one function in one unit of work. Local and remote posts are two doors to the same room."""
