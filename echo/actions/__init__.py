"""Every change, as one function in one unit of work. Local and remote posts: two doors, one room."""
