"""Background work: parse the arguments, open the runtime, call one function."""
