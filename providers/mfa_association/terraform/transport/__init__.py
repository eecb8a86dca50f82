"""gRPC for one engine: unary calls over HTTP/2 on a private socket, with h2 under a loop of our own.

The loop is ours because asyncio takes 80 ms of each start, and grpclib and grpcio more (see docs/performance-terraform.md).
"""
