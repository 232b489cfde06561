"""Runs the benchmarks: Troupe and its peers, side by side, checked and reported."""
