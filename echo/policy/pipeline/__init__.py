"""What is done with posts and chat messages before they are taken: accepted, rewritten, held, rejected.

One small file for each kind of policy, which describes its own settings; `catalogue` lists them, `chain` asks
them in order. Nothing here reads rows: what a policy must know beside the post it asks of `said.Facts`.
"""
