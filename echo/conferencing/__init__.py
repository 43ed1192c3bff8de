"""Servers that carry the sound and pictures of live rooms. `ports.RoomEngine` is what the core sees."""
