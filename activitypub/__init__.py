"""The language of the fediverse: pure, synchronous, no I/O, knows nothing of Echo.

bytes -> `document.parse(body)` -> Document -> `read.read_activity / read_actor / read_note / read_collection`
-> frozen objects of `objects` and `activities`; or Malformed (`errors`), nothing else, whatever was sent.
objects -> `write.write_actor / write_note / write_activity / write_collection` -> `document.encode` -> bytes.
`write.follow, accept, reject, undo, create, update_note, delete_object, like, announce, block`: activities.
`addressing.read_audience(to, cc, followers=)` and `write_audience(audience, followers=)`: visibility.
`iri.parse, origin, same_origin, host_of, canonical_host`: compare addresses with these only.
`signatures.cavage.sign_request`, `signatures.rfc9421.sign_request`: headers for one attempt.
`signatures.claimed(method, target, headers)` -> Claim -> `signatures.verify(claim, ...)` or SignatureError.
`signatures.keys`: generate and load keys (once). `webfinger`, `nodeinfo`: those documents, both ways.
`allow_http=True` anywhere: trials on one machine, with http, ports and names like localhost.
"""
