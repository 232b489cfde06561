import unittest

from .frameworks import parse_list
from .workloads import ALL, BY_NAME, expected


class ExpectedTest(unittest.TestCase):
    def test_known_checksums(self) -> None:
        for name, units, checksum in (
            ("thread-ring", 2_000_007, "7"),
            ("big", 2_400_000, "1200000"),
            ("logistic-map", 250_000, "6.387835144604"),
            ("banking", 50_000, "507886122700"),
            ("radix-sort", 6_100_000, "3275789328"),
            ("chat", 40, "284467"),
            ("fibonacci", 150_049, "75025"),
            ("skynet", 1_111_111, "499999500000"),
            ("apsp", 10_800, "401700"),
            ("nqueens", 14_200, "14200"),
            ("wake-thread", 50_000, "1250025000"),
        ):
            with self.subTest(name):
                self.assertEqual(expected(name, BY_NAME[name].size), (units, checksum))

    def test_names_are_unique(self) -> None:
        self.assertEqual(len(BY_NAME), len(ALL))


class ScalingTest(unittest.TestCase):
    def scaled(self, name: str, factor: float) -> int:
        return BY_NAME[name].scaled(factor)

    def test_the_whole_is_the_size(self) -> None:
        self.assertTrue(all(workload.scaled(1) == workload.size for workload in ALL))

    def test_sizes_stay_sizes_that_the_workload_allows(self) -> None:
        self.assertEqual(self.scaled("ping-pong", 0.01), 20_000)
        self.assertEqual(self.scaled("fan-in", 0.001) % 8, 0)
        self.assertEqual(self.scaled("spawn-waves", 0.0001), 1_000)
        self.assertEqual(self.scaled("skynet", 0.01), 10_000)
        self.assertEqual(self.scaled("apsp", 0.01), 50)
        self.assertEqual(self.scaled("chat", 0.001), 1)

    def test_exponential_work_shrinks_by_steps(self) -> None:
        self.assertEqual(self.scaled("fibonacci", 0.01), 15)
        self.assertEqual(self.scaled("nqueens", 0.01), 9)
        self.assertEqual(self.scaled("nqueens", 1e-6), 6)


class ListTest(unittest.TestCase):
    def test_what_is_left_out_has_a_reason(self) -> None:
        workloads = [BY_NAME[name] for name in ("ping-pong", "idle", "idle-10m", "restart", "call")]
        text = "ping-pong\nidle: too large\nrestart: supervision: none\n"
        self.assertEqual(parse_list(text, workloads), {
            "idle": "too large", "idle-10m": "too large", "restart": "supervision: none",
            "call": "not written"})
