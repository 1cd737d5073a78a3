"""The remote end of every call, and the judge of every batch.

It stands on no runtime that it judges, and shares no code with the clients: plain sockets, a
selector, and a grammar of its own.
"""
