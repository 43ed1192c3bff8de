"""Schema changes, in order. The rules are in README.md beside this file."""
