"""Uploaded files: recognised by content, converted in a confined child, stored under random keys."""
