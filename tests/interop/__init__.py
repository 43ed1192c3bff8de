"""Echo and servers of other makes, on one machine, over TLS: see docs/interop.md."""
