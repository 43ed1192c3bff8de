"""Wire types into drafts of ours, rows of ours into wire types: the last stop of wire names."""
