"""What the provider costs beside a floor in the same run: `python -m benchmarks`, or `make bench` with the engine."""
