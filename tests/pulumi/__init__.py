"""The Pulumi adapter: the provider as the engine calls it, and the program under mocks."""
