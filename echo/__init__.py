"""Echo: a federated, real-time social server. See docs/map.md for the rooms and floors."""

__version__ = "0.1.0"
