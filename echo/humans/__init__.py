"""Whether somebody who signs up is a person, or at least spends something."""
