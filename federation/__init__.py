"""Everything said to or heard from other servers."""
