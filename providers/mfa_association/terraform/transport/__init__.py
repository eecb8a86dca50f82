"""gRPC for one engine: unary calls over HTTP/2 on a private socket, as few instructions a call as there can be.

An engine makes five calls for each association of a plan. h2 and grpclib take about a millisecond for one, and asyncio
80 ms of each start; nothing of these is needed for calls of one request and one answer. Only hpack is: it reads headers.
"""
