"""The screen in a browser: a page, and for each visitor a process of their own.

The page's terminal is textual-serve's. Of its server only the talk with a process is used: the
rest would run a command in a shell with all of our environment, needs a font from the network,
and answers whatever page of whatever site asks.
"""
