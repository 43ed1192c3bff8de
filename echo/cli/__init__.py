"""echoctl: what an operator does from a shell. A file for each noun; `main` puts them together."""
