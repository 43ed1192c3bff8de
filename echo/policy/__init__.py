"""Who may do what: small functions to read aloud."""
