"""The language of the fediverse: pure, synchronous, no I/O, knows nothing of Echo."""
