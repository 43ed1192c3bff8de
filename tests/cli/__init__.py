"""Commands of `echoctl`, called within the process of the test."""
