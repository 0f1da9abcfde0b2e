"""The screen in a browser: a page, and for each visitor a process of their own.

The terminal of the page (xterm.js) is that of textual-serve, and so is the protocol of the
processes. Its server is not used: it runs commands in a shell, with the whole environment of the
server; its page loads a font from the network; and it does not check Host and Origin.
"""
