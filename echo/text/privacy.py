"""The privacy policy of a server whose operator has written none: what this software does with data."""

from __future__ import annotations

from datetime import date

PRIVACY_WRITTEN_ON = date(2026, 11, 25)
PRIVACY = """\
# Privacy on {title}

This text says what the software behind {domain} does with data about you. The people who run it may do more
or less; ask them.

## What is kept

* **Your account:** name, e-mail address, a hash of your password, your profile and your choices.
* **What you write:** posts, files, and who they are for. Direct posts are not encrypted: whoever runs this
  server, or the server of somebody you write to, can read them.
* **What you do:** whom you follow, block or mute, what you like, boost and bookmark.
* **Where you sign in:** the apps that you let in and the sessions of your browsers.

## Who sees it

* Everybody sees your profile and your public and unlisted posts, without an account.
* Other servers get your posts when people there follow you, are named in them or search for them. They keep
  copies, and we cannot make them delete what we ask them to delete.
* Apps that you let in see what you allowed them.
* We show no advertisements and give no data to anybody for money.

## How long

* Posts stay until you delete them, files until no post uses them, your account until you delete it.
* Notes of who used an address in the last minutes, kept against abuse, vanish by themselves.

## What you can do

* Change or delete what you wrote, take access away from apps, and delete your account.
* Choose who can find you, and who has to ask before they follow you.
"""
