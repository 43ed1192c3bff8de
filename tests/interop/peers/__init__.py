"""Servers of other makes, each as a person there can use it."""
