"""Finding posts and people by words: what an index keeps, what people ask, and the two kinds of index."""
