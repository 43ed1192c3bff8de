"""Text in, text or HTML out: no input or output, no framework, no database."""
