"""What the workloads must come to, computed without any actor."""

from collections.abc import Iterator
from itertools import islice


def draws(seed: int) -> Iterator[int]:
    """The random numbers of the workloads."""
    value = seed
    while True:
        value = (1309 * value + 13849) & 65535
        yield value


def fibonacci(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def logistic_map(terms: int) -> str:
    total = 0.0
    for series in range(10):
        rate = 3.46 + 0.0025 * series
        x = 0.0025 * series
        for _ in range(terms):
            x = rate * x * (1 - x)
        total += x
    return f"{total:.12f}"


def banking(transfers: int) -> int:
    balances = [1_000_000] * 1000
    random = draws(74755)
    for _ in range(transfers):
        source = next(random) % 800
        target = source + max(1, next(random) % (1000 - source))
        amount = 1 + next(random) % 1000
        balances[source] -= amount
        balances[target] += amount
    return sum((i + 1) * balance for i, balance in enumerate(balances))


def radix_sort(values: int) -> int:
    return sum(islice(draws(2048), values))


def chat(turns: int) -> int:
    total = 0
    for client in range(1024):
        random = draws(client)
        members = 1 + next(random) % 16
        for _ in range(members):
            next(random)
        for _ in range(turns):
            total += members if next(random) % 100 < 80 else 1
    return total


def apsp(nodes: int) -> int:
    distance = [[0] * nodes for _ in range(nodes)]
    random = draws(nodes)
    for i in range(nodes):
        for j in range(i + 1, nodes):
            distance[i][j] = distance[j][i] = 1 + next(random) % 100
    for k in range(nodes):
        over = distance[k]
        for i, row in enumerate(distance):
            first = row[k]
            distance[i] = [min(known, first + rest) for known, rest in zip(row, over)]
    return sum(map(sum, distance))


def nqueens(n: int) -> int:
    full = (1 << n) - 1

    def count(columns: int, left: int, right: int) -> int:
        if columns == full:
            return 1
        solutions = 0
        free = full & ~(columns | left | right)
        while free:
            place = free & -free
            free ^= place
            solutions += count(columns | place, (left | place) << 1, (right | place) >> 1)
        return solutions

    return count(0, 0, 0)
